import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCrypto } from './crypto-inventory.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(import.meta.dirname, 'fixtures/crypto');
const inventory = readFileSync(join(ROOT, 'docs/crypto-inventory.md'), 'utf8');

/** Files that may name an algorithm that nobody else may: each has its reason in the inventory. */
const EXCEPTIONS: Readonly<Record<string, string>> = { 'src/platform/passwords/pwned-passwords.ts': 'sha1' };

const sources = globSync(['src/**/*.ts', 'scripts/**/*.{ts,mjs}', 'prisma/**/*.ts'], { cwd: ROOT }).filter(
  (file) => !/\.spec\.ts$|\/generated\//.test(file),
);
const found = sources.toSorted().flatMap((file) => {
  const { uses, banned } = findCrypto(readFileSync(join(ROOT, file), 'utf8'));
  return uses.length + banned.length === 0 ? [] : [{ file, uses, banned }];
});

/** `file: primitive` of each row that says what for. */
const listed = [...inventory.matchAll(/^\| \[[^\]]+\]\(\.\.\/([^)]+)\) +\| ([^|]+?) +\| [^|\s][^|]*\|$/gm)].flatMap(
  ([, file = '', primitives = '']) => [...primitives.matchAll(/`([^`]+)`/g)].map(([, name]) => `${file}: ${name}`),
);

describe('A5.1 docs/crypto-inventory.md', () => {
  it('lists every primitive that is used, and none that is not', () => {
    const used = found.flatMap(({ file, uses }) => uses.map((use) => `${file}: ${use}`));
    expect(used.length).toBeGreaterThan(20);
    expect(listed.toSorted()).toEqual(used.toSorted());
  });

  it('names algorithm, purpose, period and owner of each key', () => {
    const rows =
      /^## Keys\n([^]*?)\n## /m
        .exec(inventory)?.[1]
        ?.match(/^\|.*\|$/gm)
        ?.slice(2) ?? [];
    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows) {
      expect(
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ).toEqual(Array.from({ length: 6 }, () => expect.stringMatching(/./)));
    }
  });
});

describe('A5.2 algorithms that are broken or weak', () => {
  it('are named nowhere, but for exceptions with a reason', () => {
    const banned = found.flatMap((entry) => entry.banned.map((name) => `${entry.file}:${name}`));
    const unexcused = banned.filter((name) => {
      const [file = '', , algorithm = ''] = name.split(/:\s*/);
      return EXCEPTIONS[file] !== algorithm;
    });
    expect(unexcused).toEqual([]);
    expect(banned.length).toBe(Object.keys(EXCEPTIONS).length);
  });
});

const fixture = (name: string) => findCrypto(readFileSync(join(FIXTURES, name), 'utf8'));

/** What the check must see, and what each fixture hides. */
describe('A5.1 A5.2 the check', () => {
  it.each<[string, readonly string[]]>([
    ['named.ts', ['createHash sha512', 'randomBytes']],
    ['renamed.ts', ['createHmac sha384']],
    ['constant.ts', ['createCipheriv aes-256-gcm']],
    ['variable.ts', ['createHash *']],
    ['namespace.ts', ['*']],
    ['default.ts', ['*']],
    ['late.ts', ['*', 'createSign', 'jose.SignJWT']],
    ['web.ts', ['crypto.getRandomValues', 'crypto.subtle']],
    ['types.ts', []],
  ])('sees what %s uses', (name, uses) => {
    expect(fixture(name).uses).toEqual(uses);
  });

  it.each<[string, readonly string[]]>([
    ['hashes.ts', ['md5', 'sha1', 'SHA-1']],
    ['modes.ts', ['aes-256-ecb', 'aes-128-cbc', 'des-ede3-cbc']],
    ['signatures.ts', ['RS256', 'RSA_PKCS1_PADDING', 'RSA-SHA256', 'none']],
    ['types.ts', []],
  ])('refuses what %s names', (name, banned) => {
    expect(fixture(name).banned.map((entry) => entry.replace(/^\d+: /, ''))).toEqual(banned);
  });
});
