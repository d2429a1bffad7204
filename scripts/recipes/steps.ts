/** One step of a recipe: a block of the document whose info string says what to do with it. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'diff'; readonly path: string; readonly text: string }
  | { readonly kind: 'run'; readonly text: string };

const BLOCK = /^```(\w+) (run|file=\S+|change=\S+)\n(.*?)^```$/gms;

/** In the order in which they stand: `sh run`, `ts file=path`, `diff change=path`. Other blocks are for people alone. */
export function stepsOf(document: string): Step[] {
  return [...document.matchAll(BLOCK)].map(([, , what = '', text = '']): Step => {
    const [name, path = ''] = what.split('=');
    if (name === 'file') return { kind: 'file', path, text };
    return name === 'change' ? { kind: 'diff', path, text } : { kind: 'run', text };
  });
}

/**
 * Applies a block of lines that begin with a space, `-` or `+`: what is left after the space or `-` must stand in the file, exactly
 * once, and becomes what is left after the space or `+`. No line numbers: a recipe survives changes around it.
 */
export function applyDiff(text: string, diff: string): string {
  const lines = diff.split('\n').filter((line) => line !== '');
  const side = (mark: string): string =>
    lines
      .filter((line) => line.startsWith(' ') || line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side('-'));
  if (parts.length !== 2) throw new Error(`stands ${parts.length - 1} times in the file:\n${side('-')}`);
  return parts.join(side('+'));
}
