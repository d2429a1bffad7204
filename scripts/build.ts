import { existsSync, rmSync } from 'node:fs';
import { run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { fingerprint, isUnchanged, remember } from './bootstrap/fingerprint.mjs';

const usage = `npm run build

Generates the database client and compiles src/ and the seed to dist/, unless neither they nor dist/ have changed.
  --force   even then`;

const marker = 'dist/.fingerprint';
const inputs = ['src', 'prisma', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  await node('scripts/prisma-generate.ts');
  const isForced = process.argv.includes('--force');
  if (!isForced && existsSync('dist/src/main.js') && isUnchanged(marker, sourcesAndResult())) return;
  // Also what was built from files that are gone since.
  rmSync('dist', { recursive: true, force: true });
  await node('node_modules/@nestjs/cli/bin/nest.js', 'build');
  remember(marker, sourcesAndResult());
  console.log('Built dist/.');
}

/** The compiler rewrites its notes whenever it writes a file: so a watcher's build in between is noticed as well. */
function sourcesAndResult(): string {
  const isSource = (path: string): boolean => !path.endsWith('.spec.ts') && !path.includes('generated');
  return `${fingerprint(inputs, isSource)} ${fingerprint(['dist/.tsbuildinfo'])}`;
}

async function node(...args: string[]): Promise<void> {
  const { code, output } = await run(process.execPath, args);
  if (code !== 0) throw new Failure(output.trim());
}

await runScript(main);
