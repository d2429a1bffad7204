import { existsSync } from 'node:fs';
import { become } from '../bootstrap/child.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';

const program = 'dist/src/keys.js';

/** A command of the built product: it needs the settings, the keys and the columns that the server has. */
export function runKeyCommand(name: string, usage: string): Promise<void> {
  return runScript(async () => {
    const args = process.argv.slice(2);
    if (args.includes('--help')) return console.log(usage);
    if (!existsSync(program)) throw new Failure(`${program} is missing: npm run build makes it.`);
    await become(process.execPath, [program, name, ...args]);
  });
}
