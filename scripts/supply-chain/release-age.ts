import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { npm } from '../bootstrap/npm.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { EXCEPTIONS_FILE, parseExceptions } from './exceptions.ts';
import { packagesIn, parseLockfile } from './lockfile.ts';
import { findYoungReleases } from './young-releases.ts';

const usage = `npm run release-age [-- --base origin/main] [--days 3]

Asks the registry since when there is each package version that package-lock.json has and that of --base has not, and ends with 1 when
one is younger than --days: most packages that were taken over are found out within days. A security update that cannot wait is
an entry "release-age NAME@VERSION" in docs/exceptions.json. Needs the network.`;

const options = {
  help: { type: 'boolean', default: false },
  base: { type: 'string', default: 'origin/main' },
  days: { type: 'string', default: '3' },
} as const;
const LARGEST_LOCKFILE = 64 * 1024 * 1024;

/** @control A10.2 */
function main(): void {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1) throw new Failure('--days takes a whole number of days.');
  const show = ['show', '--end-of-options', `${values.base}:package-lock.json`];
  const base = execFileSync('git', show, { encoding: 'utf8', maxBuffer: LARGEST_LOCKFILE });
  const before = new Set(packagesIn(parseLockfile(base)));
  const added = packagesIn(parseLockfile(readFileSync('package-lock.json', 'utf8'))).filter((one) => !before.has(one));
  const exceptions = parseExceptions(readFileSync(EXCEPTIONS_FILE, 'utf8'));
  const young = findYoungReleases(added, publishedAt, { exceptions, now: new Date(), days });
  if (young.length > 0) throw new Failure(young.join('\n'));
  console.log(`${added.length} new package versions, all at least ${days} days old`);
}

function publishedAt(name: string, version: string): string | undefined {
  const { file, args } = npm('view', '--json', name, 'time');
  const times = z.record(z.string(), z.string()).safeParse(JSON.parse(execFileSync(file, args, { encoding: 'utf8' })));
  return times.data?.[version];
}

await runScript(main);
