import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm run evidence:accept

Writes docs/practices/proved.json from evidence/evidence.json, which a complete run of the tests has made: what is proved now must
be proved by every later run. Prints what comes and what goes. What goes needs a reason in the commit.`;

const evidence = z.object({
  totals: z.object({ failed: z.number() }),
  practices: z.array(z.object({ requirements: z.array(z.object({ id: z.string(), state: z.string() })) })),
});

const baseline = 'docs/practices/proved.json';

function main(): void {
  if (process.argv.includes('--help')) return console.log(usage);
  const { totals, practices } = evidence.parse(JSON.parse(readEvidence()));
  if (totals.failed > 0) throw new Failure('The last run has failed tests: nothing is accepted from it.');
  const before = z.array(z.string()).parse(JSON.parse(readFileSync(baseline, 'utf8')));
  const after = practices
    .flatMap(({ requirements }) => requirements)
    .filter(({ state }) => state === 'proved' || state === 'partly')
    .map(({ id }) => id);
  // As Prettier would leave it: one id per line.
  writeFileSync(baseline, `[\n${after.map((id) => `  "${id}"`).join(',\n')}\n]\n`);
  console.log(`new: ${after.filter((id) => !before.includes(id)).join(' ') || 'none'}`);
  console.log(`gone: ${before.filter((id) => !after.includes(id)).join(' ') || 'none'}`);
}

function readEvidence(): string {
  try {
    return readFileSync('evidence/evidence.json', 'utf8');
  } catch {
    throw new Failure('There is no evidence yet: run npm test, all of it.');
  }
}

await runScript(main);
