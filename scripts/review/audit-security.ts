import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { run } from '../bootstrap/child.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { connect } from '../db/connection.ts';
import { withOwnerUrl } from '../db/owner-database.ts';
import { databaseFacts } from './database-facts.ts';
import { evaluateReview, type Facts, type Review } from './evaluate.ts';
import { BASELINE_FILE, repositoryFacts, settingsFacts } from './repository-facts.ts';
import type { Settings } from './settings-drift.ts';

const usage = `npm run -s audit:security [-- [--accept] [--output <file>] | --verify <file>]

The periodic review of docs/recipes/periodic-review.md: what stands still for too long (packages, accounts, API keys, keys, reviews of
access), who holds which role, what has changed since the last review (packages, routes, settings), ends of life, certificates, exceptions,
the audit chain. Ends with 1 on a breach. Needs npm run build, the settings of the server and the whole history of git.
  --accept         writes ${BASELINE_FILE}: what is there now has been looked at
  --output <file>  writes all of it to a file as JSON, and its signature to <file>.jws
  --verify <file>  only says whether the file is as it was signed, and ends with 1 when it is not`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      accept: { type: 'boolean', default: false },
      output: { type: 'string' },
      verify: { type: 'string' },
    },
  });
  if (values.help) return console.log(usage);
  for (const program of ['audit', 'review']) {
    if (!existsSync(programOf(program))) throw new Failure(`${programOf(program)} is missing: npm run build makes it.`);
  }
  const { verify, output, accept: isAccepted } = values;
  return withOwnerUrl((url) => (verify === undefined ? review(url, { output, isAccepted }) : verifyEvidence(verify)));
}

interface Options {
  readonly output: string | undefined;
  readonly isAccepted: boolean;
}

async function review(url: string, { output, isAccepted }: Options): Promise<void> {
  const now = new Date();
  const found = await readDatabase(url);
  // After it, for it has the secrets made that a developer's machine still lacks.
  const facts: Facts = { ...repositoryFacts(now), ...settingsFacts(now), ...found, settings: await readSettings() };
  const result = evaluateReview(facts, now);
  print(result, facts, now);
  if (output !== undefined) await writeEvidence(output, { at: now, review: result, facts });
  if (isAccepted) accept(facts, now);
  if (result.breaches.length > 0) process.exitCode = 1;
}

async function readDatabase(url: string) {
  const client = await connect(url);
  try {
    const { code, output } = await runProgram('audit', 'verify');
    return { ...(await databaseFacts(client)), chain: { isWhole: code === 0, report: output.trim() } };
  } finally {
    await client.end();
  }
}

async function readSettings(): Promise<Settings> {
  const { code, output } = await runProgram('review', 'settings');
  if (code !== 0) throw new Failure(output);
  return z.record(z.string(), z.string()).parse(JSON.parse(output));
}

/** By the product, which has the keys. */
async function writeEvidence(file: string, evidence: object): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(evidence, null, 2)}\n`);
  const { code, output } = await runProgram('review', 'sign', file);
  if (code !== 0) throw new Failure(`${file} is not signed: ${output.trim()}`);
  writeFileSync(`${file}.jws`, output);
  console.log(`${file}.jws: its signature`);
}

async function verifyEvidence(file: string): Promise<void> {
  const { code, output } = await runProgram('review', 'verify', file);
  console.log(output.trim());
  process.exitCode = code;
}

function programOf(name: string): string {
  return `dist/src/${name}.js`;
}

function runProgram(name: string, ...args: string[]) {
  return run(process.execPath, [programOf(name), ...args]);
}

function print({ breaches, excepted, weaker, notes }: Review, facts: Facts, now: Date): void {
  console.log(`Review of ${now.toISOString()}, since ${facts.baseline?.acceptedAt ?? 'never'}\n`);
  console.log(`${facts.packages.length} packages, ${facts.dependencies.length} direct; ${facts.routes.length} routes`);
  console.log(`${facts.users.length} accounts, ${facts.apiKeys.length} API keys, ${facts.dataKeys.length} data keys`);
  console.log(`${facts.chain.report}\n`);
  notes.forEach((note) => console.log(`note      ${note}`));
  weaker.forEach((change) => console.log(`WEAKER    ${change}`));
  excepted.forEach(({ text }) => console.log(`excepted  ${text}`));
  breaches.forEach(({ text }) => console.log(`BREACH    ${text}`));
  console.log(`\n${breaches.length} breaches, ${excepted.length} excepted, ${weaker.length} settings weaker`);
}

function accept({ packages, routes, settings }: Facts, now: Date): void {
  const baseline = { acceptedAt: now.toISOString().slice(0, 10), packages, routes, settings };
  writeFileSync(BASELINE_FILE, `${JSON.stringify(baseline, null, 2)}\n`);
  console.log(`${BASELINE_FILE} holds what was looked at.`);
}

await runScript(main);
