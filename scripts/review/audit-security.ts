import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../bootstrap/child.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { connect } from '../db/connection.ts';
import { withOwnerUrl } from '../db/owner-database.ts';
import { databaseFacts } from './database-facts.ts';
import { evaluateReview, type Facts, type Review } from './evaluate.ts';
import { BASELINE_FILE, repositoryFacts, settingsFacts } from './repository-facts.ts';

const usage = `npm run -s audit:security [-- --accept] [--output evidence/review.json]

The periodic review of docs/recipes/periodic-review.md: what stands still for too long (packages, accounts, API keys, keys), who holds which
role, what has changed since the last review (packages, routes), ends of life, certificates, exceptions, the audit chain. Ends with 1 on
a breach. Changes nothing in the database. Needs npm run build, the settings of the server and the whole history of git.
  --accept   writes ${BASELINE_FILE}: what is there now has been looked at
  --output   writes all of it to a file as JSON`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      output: { type: 'string' },
    },
  });
  if (values.help) return console.log(usage);
  if (!existsSync('dist/src/audit.js')) throw new Failure('dist/src/audit.js is missing: npm run build makes it.');
  const now = new Date();
  const facts: Facts = { ...repositoryFacts(now), ...settingsFacts(now), ...(await withOwnerUrl(readDatabase)) };
  const review = evaluateReview(facts, now);
  print(review, facts, now);
  if (values.output !== undefined) {
    mkdirSync(dirname(values.output), { recursive: true });
    writeFileSync(values.output, `${JSON.stringify({ at: now, review, facts }, null, 2)}\n`);
  }
  if (values.accept) accept(facts, now);
  if (review.breaches.length > 0) process.exitCode = 1;
}

async function readDatabase(url: string) {
  const client = await connect(url);
  try {
    const { code, output } = await run(process.execPath, ['dist/src/audit.js', 'verify']);
    return { ...(await databaseFacts(client)), chain: { isWhole: code === 0, report: output.trim() } };
  } finally {
    await client.end();
  }
}

function print({ breaches, excepted, notes }: Review, facts: Facts, now: Date): void {
  console.log(`Review of ${now.toISOString()}, since ${facts.baseline?.acceptedAt ?? 'never'}\n`);
  console.log(`${facts.packages.length} packages, ${facts.dependencies.length} direct; ${facts.routes.length} routes`);
  console.log(`${facts.users.length} accounts, ${facts.apiKeys.length} API keys, ${facts.dataKeys.length} data keys`);
  console.log(`${facts.chain.report}\n`);
  notes.forEach((note) => console.log(`note      ${note}`));
  excepted.forEach(({ text }) => console.log(`excepted  ${text}`));
  breaches.forEach(({ text }) => console.log(`BREACH    ${text}`));
  console.log(`\n${breaches.length} breaches, ${excepted.length} excepted`);
}

function accept({ packages, routes }: Facts, now: Date): void {
  const baseline = { acceptedAt: now.toISOString().slice(0, 10), packages, routes };
  writeFileSync(BASELINE_FILE, `${JSON.stringify(baseline, null, 2)}\n`);
  console.log(`${BASELINE_FILE} holds what was looked at.`);
}

await runScript(main);
