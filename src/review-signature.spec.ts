import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DataKey, newId } from './platform/crypto/index.js';
import { detachedSignature, verifiedKeyId } from './review-signature.js';

const key = new DataKey(newId(), null, randomBytes(32));
const other = new DataKey(newId(), null, randomBytes(32));
const find = async (id: string): Promise<DataKey> => {
  const found = [key, other].find((one) => one.id === id);
  if (found === undefined) throw new Error('no such key');
  return found;
};
const report = Buffer.from('{"breaches":[]}\n');
const jws = await detachedSignature(report, key);

const withHeader = (change: object): string => {
  const [header = '', , signature = ''] = jws.split('.');
  const fields = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), ...change };
  return `${Buffer.from(JSON.stringify(fields)).toString('base64url')}..${signature}`;
};

describe('B20.1 the signature of a review', () => {
  it('is a JWS without its payload, and names its key', async () => {
    expect(jws).toMatch(/^[\w-]+\.\.[\w-]{86}$/);
    expect(await verifiedKeyId(report, jws, find)).toBe(key.id);
  });

  it.each([
    ['one byte is another', '{"breaches":{}}\n'],
    ['one byte is gone', '{"breaches":[]}'],
    ['one was added', '{"breaches":[]}\n\n'],
    ['it is empty', ''],
  ])('does not hold when %s', async (_what, text) => {
    await expect(verifiedKeyId(Buffer.from(text), jws, find)).rejects.toThrow('signature verification failed');
  });

  it.each([
    ['empty', '', 'JSON'],
    ['another', `${jws.slice(0, -4)}AAAA`, 'signature verification failed'],
    ['cut off', jws.slice(0, -1), 'Failed to base64url decode'],
    ['none, and says so', `${withHeader({ alg: 'none' }).split('..')[0] ?? ''}..`, 'JSON'],
    ['by no algorithm', withHeader({ alg: 'none' }), 'not allowed'],
    ['by another algorithm', withHeader({ alg: 'ES256' }), 'not allowed'],
    ['over the payload in base64', withHeader({ b64: true }), 'Payload must be a string'],
    ['by another key of ours', withHeader({ kid: other.id }), 'signature verification failed'],
    ['by a key that nobody knows', withHeader({ kid: newId() }), 'no such key'],
    ['by a key with another kind of name', withHeader({ kid: "' OR ''='" }), 'Invalid UUID'],
    ['by no key', withHeader({ kid: undefined }), 'kid'],
    ['with a payload of its own', jws.replace('..', `.${report.toString('base64url')}.`), 'JSON'],
  ])('does not hold when it is %s', async (_what, signature, words) => {
    await expect(verifiedKeyId(report, signature, find)).rejects.toThrow(words);
  });

  it('is by a key for reviews alone: what the data key makes for other purposes signs none', async () => {
    const renamed = new DataKey(key.id, null, randomBytes(32));
    renamed.derive = () => key.derive('rampart/audit-seal/v1');
    await expect(verifiedKeyId(report, jws, async () => renamed)).rejects.toThrow('signature verification failed');
  });
});
