import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { KeyEncryptionKeyUnavailable } from './key-provider.js';
import { LocalKeys } from './local-keys.js';

const key = (id: string) => ({ id, bytes: new Secret(randomBytes(32)) });
const first = key('first');
const second = key('second');
const context = { dataKeyId: 'd1', organizationId: 'o1' };
const dataKey = randomBytes(32);

describe('LocalKeys', () => {
  it('A5.3 B10.4 unwraps with any key of the ring, and wraps with the first', async () => {
    const wrapped = await new LocalKeys([first]).wrap(dataKey, context);
    const ring = new LocalKeys([second, first]);
    expect(await ring.unwrap(wrapped, context)).toEqual(dataKey);
    expect(await ring.wrap(dataKey, context)).toMatchObject({ wrappedBy: 'second' });
    expect(wrapped.bytes.includes(dataKey)).toBe(false);
  });

  it('A5.3 wraps the same key differently each time', async () => {
    const ring = new LocalKeys([first]);
    const [one, other] = [await ring.wrap(dataKey, context), await ring.wrap(dataKey, context)];
    expect(one.bytes).not.toEqual(other.bytes);
  });

  it.each([
    ['the id of another data key', { context: { ...context, dataKeyId: 'd2' } }],
    ['another organization', { context: { ...context, organizationId: 'o2' } }],
    ['no organization', { context: { ...context, organizationId: null } }],
    ['a ring without the key', { ring: [second] }],
    ['a ring with other bytes under its id', { ring: [{ ...second, id: 'first' }] }],
    ['the name of another key', { wrappedBy: 'second', ring: [first, second] }],
    ['a changed bit', { change: (bytes: Buffer) => bytes.with(20, (bytes[20] ?? 0) ^ 1) }],
    ['a cut end', { change: (bytes: Buffer) => bytes.subarray(0, -1) }],
    ['hardly any bytes', { change: (bytes: Buffer) => bytes.subarray(0, 10) }],
  ])('A5.3 B10.2 refuses to unwrap with %s, and names the key', async (_what, changed) => {
    const wrapped = await new LocalKeys([first]).wrap(dataKey, context);
    const manipulated = {
      wrappedBy: 'wrappedBy' in changed ? changed.wrappedBy : wrapped.wrappedBy,
      bytes: Buffer.from('change' in changed ? changed.change(wrapped.bytes) : wrapped.bytes),
    };
    const ring = new LocalKeys('ring' in changed ? changed.ring : [first]);
    const attempt = ring.unwrap(manipulated, 'context' in changed ? changed.context : context);
    await expect(attempt).rejects.toThrow(KeyEncryptionKeyUnavailable);
    await expect(attempt).rejects.toThrow(`"${manipulated.wrappedBy}"`);
  });
});
