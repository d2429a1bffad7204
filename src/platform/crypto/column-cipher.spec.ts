import { Buffer } from 'node:buffer';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CiphertextRefused, ColumnCipher, keyIdOf, type ColumnAddress } from './column-cipher.js';
import { DataKey } from './data-key.js';

const NEW = '0190a0b0-0000-7000-8000-0000000000aa';
const OLD = '0190a0b0-0000-7000-8000-0000000000bb';
const OTHER = '0190a0b0-0000-7000-8000-0000000000cc';
const newBytes = randomBytes(32);
const keyOf = (id: string, bytes = randomBytes(32)) => new DataKey(id, null, Buffer.from(bytes));
const oldKey = keyOf(OLD);
const newKey = keyOf(NEW, newBytes);

const cipherWith = (...ring: DataKey[]) => new ColumnCipher(ring);

const cipher = cipherWith(newKey);
const home: ColumnAddress = { model: 'Patient', column: 'nationalId', rowId: '0190a0b0-0000-7000-8000-000000000001' };
const plaintext = 'AB-1234567-C';
const stored = cipher.encrypt(plaintext, home);

function bodyOf(value: string): Buffer {
  return Buffer.from(value.split('.')[2] ?? '', 'base64url');
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const withBody = (body: Buffer) => `v2.${NEW}.${body.toString('base64url')}`;

const anyText = fc.string({ unit: 'binary', maxLength: 2000 }).filter((text) => text.isWellFormed());
const anyAddress = fc.record({ model: fc.string(), column: fc.string(), rowId: fc.string() });

describe('the column cipher', () => {
  it('B10.1 gives back what it was given, whatever the text and the place', () => {
    fc.assert(
      fc.property(anyText, anyAddress, (text, address) => {
        expect(cipher.decrypt(cipher.encrypt(text, address), address)).toBe(text);
      }),
    );
  });

  it('B10.1 shows nothing of the text but its length', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (text) => {
        const value = cipher.encrypt(text, home);
        expect(value).toMatch(new RegExp(`^v2\\.${NEW}\\.[A-Za-z0-9_-]+$`));
        expect(bodyOf(value).length).toBe(12 + Buffer.byteLength(text, 'utf8') + 16);
        expect(bodyOf(value).includes(text)).toBe(false);
      }),
    );
  });

  it('B10.1 never gives the same ciphertext or nonce twice', () => {
    const values = Array.from({ length: 2000 }, () => cipher.encrypt(plaintext, home));
    expect(new Set(values).size).toBe(values.length);
    expect(new Set(values.map((value) => bodyOf(value).subarray(0, 12).toString('hex'))).size).toBe(values.length);
  });

  it.each<[string, ColumnAddress]>([
    ['another row', { ...home, rowId: '0190a0b0-0000-7000-8000-000000000002' }],
    ['another column', { ...home, column: 'phone' }],
    ['another model', { ...home, model: 'MedicalRecord' }],
    ['no row', { ...home, rowId: '' }],
    ['a row whose id only differs in case', { ...home, rowId: home.rowId.toUpperCase() }],
  ])('B10.2 refuses a ciphertext that was moved to %s', (_where, address) => {
    expect(() => cipher.decrypt(stored, address)).toThrow(CiphertextRefused);
  });

  it('B10.2 tells places apart whose names run together', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, (from, to) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to));
        expect(() => cipher.decrypt(cipher.encrypt(plaintext, from), to)).toThrow(CiphertextRefused);
      }),
    );
    const left = { model: 'A', column: 'B","C', rowId: 'D' };
    const right = { model: 'A","B', column: 'C', rowId: 'D' };
    expect(() => cipher.decrypt(cipher.encrypt(plaintext, left), right)).toThrow(CiphertextRefused);
  });

  it('B10.2 refuses a ciphertext with any single bit flipped', () => {
    const body = bodyOf(stored);
    for (let at = 0; at < body.length * 8; at += 1) {
      const tampered = Buffer.from(body);
      tampered[at >> 3] = (tampered[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(() => cipher.decrypt(withBody(tampered), home)).toThrow(CiphertextRefused);
    }
  });

  it('B10.2 refuses a ciphertext that is cut anywhere, at either end', () => {
    const body = bodyOf(stored);
    for (let length = 0; length < body.length; length += 1) {
      expect(() => cipher.decrypt(withBody(body.subarray(0, length)), home)).toThrow(CiphertextRefused);
      expect(() => cipher.decrypt(withBody(body.subarray(body.length - length)), home)).toThrow(CiphertextRefused);
    }
  });

  it.each([
    ['nothing', ''],
    ['the plain text itself', plaintext],
    ['an unknown key id', stored.replace(NEW, OTHER)],
    ['the id of a key it was not made with', cipherWith(oldKey).encrypt(plaintext, home)],
    ['no key id', stored.replace(`.${NEW}.`, '..')],
    ['a key id that objects inherit', stored.replace(NEW, '__proto__')],
    ['a later version', stored.replace('v2.', 'v3.')],
    ['an earlier version', stored.replace('v2.', 'v1.')],
    ['no version', stored.slice(3)],
    ['a version in capitals', stored.replace('v2.', 'V2.')],
    ['a fourth part', `${stored}.x`],
    ['an empty fourth part', `${stored}.`],
    ['a leading space', ` ${stored}`],
    ['a body that is not base64url', `v2.${NEW}.****************************************`],
    ['something appended', `${stored}AAAA`],
    ['itself twice', stored + stored],
  ])('B10.2 refuses %s', (_what, value) => {
    expect(() => cipher.decrypt(value, home)).toThrow(CiphertextRefused);
  });

  it('B10.2 throws nothing but its own refusal, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((body) => `v2.${NEW}.${body}`),
        ),
        (value) => {
          expect(() => cipher.decrypt(value, home)).toThrow(CiphertextRefused);
        },
      ),
    );
  });

  it('B10.2 says in its refusal which column, and never the value', () => {
    const error = thrownBy(() => cipher.decrypt(`v2.${NEW}.${plaintext}`, home));
    expect(error).toMatchObject({ address: home, message: 'a ciphertext of Patient.nationalId was refused' });
    expect(String((error as Error).stack)).not.toContain(plaintext);
  });

  it('B10.4 encrypts with the first key of a ring and opens with all of them', () => {
    const both = cipherWith(newKey, oldKey);
    expect(both.decrypt(cipherWith(oldKey).encrypt(plaintext, home), home)).toBe(plaintext);
    expect(keyIdOf(both.encrypt(plaintext, home))).toBe(NEW);
    expect(() => cipherWith(newKey).decrypt(cipherWith(oldKey).encrypt(plaintext, home), home)).toThrow(
      CiphertextRefused,
    );
  });

  it('B10.2 does not take a value for one of another key of the ring', () => {
    const both = cipherWith(newKey, oldKey);
    expect(() => both.decrypt(stored.replace(NEW, OLD), home)).toThrow(CiphertextRefused);
  });

  it('B10.2 does not take a value for one of the same key under another id', () => {
    const renamed = cipherWith(keyOf(OTHER, newBytes));
    expect(() => renamed.decrypt(stored.replace(NEW, OTHER), home)).toThrow(CiphertextRefused);
  });

  it('B10.2 does not take other bytes under the same id for the key', () => {
    expect(() => cipherWith(keyOf(NEW)).decrypt(stored, home)).toThrow(CiphertextRefused);
  });

  it('A7.2 encrypts nothing without a key', () => {
    expect(() => cipherWith().encrypt(plaintext, home)).toThrow(CiphertextRefused);
  });
});

describe('blind indexes', () => {
  const column = { model: 'Patient', column: 'nationalId' };
  const indexOf = (key: DataKey, value = plaintext, place = column) =>
    cipherWith(key).indexesOf(value, place)[0]?.toString('hex');

  it('B10.3 are equal for equal values of one key and column, and for no others', () => {
    expect(indexOf(newKey)).toBe(indexOf(keyOf(NEW, newBytes)));
    const others = [
      indexOf(oldKey),
      indexOf(newKey, `${plaintext} `),
      indexOf(newKey, plaintext, { ...column, column: 'phone' }),
      indexOf(newKey, plaintext, { ...column, model: 'User' }),
    ];
    expect(new Set([...others, indexOf(newKey)]).size).toBe(5);
  });

  it('B10.3 are made under every key, the newest first', () => {
    const both = cipherWith(newKey, oldKey).indexesOf(plaintext, column);
    expect(both.map((index) => index.toString('hex'))).toEqual([indexOf(newKey), indexOf(oldKey)]);
  });

  it('B10.3 cannot be told from the value alone: they are no plain hash of it', () => {
    const plain = createHash('sha256').update(plaintext).digest('hex');
    expect(indexOf(newKey)).not.toBe(plain);
    expect(indexOf(newKey)).not.toBe(createHmac('sha256', newBytes).update(plaintext).digest('hex'));
  });
});
