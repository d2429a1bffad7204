import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { configSlices } from './config.js';
import { loadConfig } from './platform/config/index.js';
import { KeyEncryptionKeyUnavailable } from './platform/crypto/index.js';
import { KeyMaintenance } from './platform/database/index.js';
import { failStart, StartRefused } from './platform/process/index.js';

/** The commands of scripts/keys on data keys: with the settings of the server, beside the server. Ends with 1 when not all is done. */
const NONE = 'none';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PROGRESS_EVERY_MS = 1000;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function rotateData(keys: KeyMaintenance, args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { organization: { type: 'string' }, force: { type: 'boolean', default: false } },
  });
  const id = values.organization === NONE ? null : organizationIn(values.organization);
  let saidAt = -Infinity;
  const { isNewKey, rows, refused } = await keys.rotate(id, values.force, ({ done, total }) => {
    if (performance.now() - saidAt < PROGRESS_EVERY_MS) return;
    saidAt = performance.now();
    say(`${done} of ${total} rows`);
  });
  say(isNewKey ? 'The data key is a new one.' : 'An interrupted rotation was finished; the key of it stays.');
  say(`${rows} rows re-encrypted, ${refused.length} left under an old key.`);
  if (refused.length === 0) return;
  for (const { model, column, rowId } of refused)
    say(`  crypt_decrypt_fail: ${model}.${column} of ${rowId} does not open`);
  process.exitCode = 1;
}

async function rewrap(keys: KeyMaintenance, args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  say(`${await keys.rewrap()} data keys rewrapped: all are under the current key-encryption key.`);
}

async function shred(keys: KeyMaintenance, args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { organization: { type: 'string' }, yes: { type: 'string' } } });
  const id = organizationIn(values.organization);
  if (values.yes === undefined) {
    throw new StartRefused('This cannot be undone. To confirm it, give the name of the organization: --yes "Name".');
  }
  say(`${await keys.shred(id, values.yes)} data keys destroyed: what they encrypted cannot be read again.`);
}

const commands: ReadonlyMap<string, typeof rewrap> = new Map([
  ['rotate-data', rotateData],
  ['rewrap', rewrap],
  ['shred', shred],
]);

function organizationIn(text: string | undefined): string {
  if (text !== undefined && UUID.test(text)) return text;
  throw new StartRefused('Say which one: --organization <id>.');
}

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  const command = commands.get(name);
  if (command === undefined) throw new StartRefused(`It is one of ${[...commands.keys()].join(', ')}.`);
  const keys = await KeyMaintenance.open(loadConfig(configSlices));
  try {
    await command(keys, args);
  } finally {
    await keys.close();
  }
}

// What an operator reads is said here; the events are in the audit trail.
Logger.overrideLogger(false);
try {
  await main(process.argv.slice(2));
} catch (error) {
  failStart(error instanceof KeyEncryptionKeyUnavailable ? new StartRefused(`${error.message}.`) : error);
}
