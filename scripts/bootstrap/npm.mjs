/**
 * How to start npm: the one that runs us, on its own Node. Ours may be the one in node_modules, which npm ci deletes.
 * @param {...string} args
 * @returns {{ file: string, args: string[] }}
 */
export function npm(...args) {
  const script = process.env['npm_execpath'];
  if (script === undefined) return { file: 'npm', args };
  return { file: process.env['npm_node_execpath'] ?? process.execPath, args: [script, ...args] };
}
