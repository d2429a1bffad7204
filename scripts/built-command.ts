import { existsSync } from 'node:fs';
import { become } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';

/** A command of the built product: it needs the settings, the keys and the columns that the server has. */
export function runBuiltCommand(program: string, args: readonly string[], usage: string): Promise<void> {
  return runScript(async () => {
    const given = process.argv.slice(2);
    if (given.includes('--help')) return console.log(usage);
    if (!existsSync(program)) throw new Failure(`${program} is missing: npm run build makes it.`);
    await become(process.execPath, [program, ...args, ...given]);
  });
}
