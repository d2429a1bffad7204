import { readFileSync } from 'node:fs';
import { configSlices } from './config.js';
import { loadConfig, settingsInForce } from './platform/config/index.js';
import type { DataKeys } from './platform/crypto/index.js';
import { connectDatabase } from './platform/database/index.js';
import { failStart, StartRefused } from './platform/process/index.js';
import { detachedSignature, verifiedKeyId } from './review-signature.js';

/** What `npm run audit:security` needs of the product: its settings, and its keys to sign what was found. */

async function withKeys<T>(work: (keys: DataKeys) => Promise<T>): Promise<T> {
  const { dataKeys, close } = await connectDatabase(loadConfig(configSlices));
  try {
    return await work(dataKeys);
  } finally {
    await close();
  }
}

/** With the data key of what belongs to no organization, like the seals of the audit trail. */
async function sign(file: string): Promise<void> {
  const key = await withKeys((keys) => keys.current(null));
  process.stdout.write(`${await detachedSignature(readFileSync(file), key)}\n`);
}

async function verify(file: string): Promise<void> {
  try {
    const [payload, jws] = [readFileSync(file), readFileSync(`${file}.jws`, 'utf8').trim()];
    const keyId = await withKeys((keys) => verifiedKeyId(payload, jws, (id) => keys.find(id, null)));
    process.stdout.write(`${file} is as it was signed by the key ${keyId}\n`);
  } catch (cause) {
    throw new StartRefused(`${file} is NOT as it was signed here, or its signature is missing.`, { cause });
  }
}

async function main([command, file = '']: readonly string[]): Promise<void> {
  if (command === 'sign') return sign(file);
  if (command === 'verify') return verify(file);
  if (command !== 'settings') throw new StartRefused('It is sign, verify or settings.');
  process.stdout.write(`${JSON.stringify(settingsInForce(configSlices))}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  failStart(error);
}
