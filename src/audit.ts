import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { configSlices } from './config.js';
import {
  AuditEventsRepository,
  SealsRepository,
  Verifier,
  type Anchor,
  type ChainReport,
} from './features/audit-log/index.js';
import { toOcsf } from './platform/audit/index.js';
import { loadConfig } from './platform/config/index.js';
import { connectDatabase } from './platform/database/index.js';
import { failStart, StartRefused } from './platform/process/index.js';

/** The commands of scripts/audit. Verifying ends with 1 when a chain is not whole. */
const BATCH_SIZE = 500;

const anchorsSchema = z.array(z.object({ scope: z.uuid(), number: z.int().positive(), mac: z.base64url() }));

function readAnchors(file: string | undefined): readonly Anchor[] {
  if (file === undefined) return [];
  try {
    return anchorsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new StartRefused(`${file} holds no anchors: npm run audit:verify -- --anchors writes them.`, { cause });
  }
}

async function verifyAll(known: readonly Anchor[]): Promise<readonly ChainReport[]> {
  const { database, dataKeys, close } = await connectDatabase(loadConfig(configSlices));
  try {
    const seals = new SealsRepository(database);
    const verifier = new Verifier(seals, dataKeys);
    const anchors = new Map(known.map((anchor) => [anchor.scope, anchor]));
    // A chain that is gone altogether is known by its anchor alone.
    const scopes = new Set([...(await seals.listScopes()), ...anchors.keys()]);
    const reports: ChainReport[] = [];
    for (const scope of scopes) reports.push(await verifier.verify(scope, anchors.get(scope)));
    return reports;
  } finally {
    await close();
  }
}

/** NDJSON, one object of OCSF for each event, the oldest first. */
async function exportAll(organizationId: string | undefined): Promise<void> {
  const { database, close } = await connectDatabase(loadConfig(configSlices));
  try {
    const events = new AuditEventsRepository(database);
    let batch = await events.listAfter(0n, organizationId, BATCH_SIZE);
    for (let last = batch.at(-1); last !== undefined; last = batch.at(-1)) {
      for (const event of batch) process.stdout.write(`${JSON.stringify(toOcsf(event))}\n`);
      batch = await events.listAfter(last.sequence, organizationId, BATCH_SIZE);
    }
  } finally {
    await close();
  }
}

/** The anchors go to stdout, alone, so that they can be kept elsewhere; everything else is for people. */
async function verify(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { anchors: { type: 'boolean', default: false }, against: { type: 'string' } },
  });
  const reports = await verifyAll(readAnchors(values.against));
  for (const { scope, seals, events, unsealed, finding } of reports) {
    const verdict = finding === undefined ? 'whole' : `NOT WHOLE: ${JSON.stringify(finding)}`;
    process.stderr.write(`${scope}: ${seals} seals, ${events} events, ${unsealed} not sealed yet: ${verdict}\n`);
  }
  if (reports.length === 0) process.stderr.write('Nothing is sealed yet.\n');
  if (values.anchors) process.stdout.write(`${JSON.stringify(reports.flatMap(({ anchor }) => anchor ?? []))}\n`);
  if (reports.some(({ finding }) => finding !== undefined)) process.exitCode = 1;
}

async function main([command, ...args]: string[]): Promise<void> {
  if (command === 'verify') return verify(args);
  if (command !== 'export') throw new StartRefused('It is verify or export.');
  const { values } = parseArgs({ args, options: { organization: { type: 'string' } } });
  return exportAll(values.organization);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  failStart(error);
}
