import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  findLockfileProblems,
  type Lockfile,
  packagesIn,
  parseLockfile,
  scriptedPackages,
} from '../../scripts/supply-chain/lockfile.ts';
import { codeIn, tableRows } from '../../scripts/markdown-table.ts';
import { findYoungReleases } from '../../scripts/supply-chain/young-releases.ts';

const house = parseLockfile(readFileSync('package-lock.json', 'utf8'));
const PLACE = 'node_modules/zod';
const ANOTHER = 'node_modules/pino';

/** The lockfile of the house with one entry changed. */
function tampered(change: Record<string, unknown>, place = PLACE): Lockfile {
  const packages = { ...house.packages, [place]: { ...house.packages[place], ...change } };
  return parseLockfile(JSON.stringify({ ...house, packages }));
}

/** As npm writes it where addresses are kept. */
function withAddresses(host: string): Lockfile {
  const packages = Object.fromEntries(
    Object.entries(house.packages).map(([path, entry]) => [
      path,
      path === '' ? entry : { ...entry, resolved: `https://${host}/a/-/a-1.0.0.tgz` },
    ]),
  );
  return { ...house, packages };
}

describe('A10.2 the lockfile', () => {
  it.each([
    ['no digest', { integrity: undefined }, 'has no SHA-512 digest'],
    ['a weak digest', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, 'has no SHA-512 digest'],
    ['a cut digest', { integrity: 'sha512-AAAA' }, 'has no SHA-512 digest'],
    ['a range', { version: '^4.0.0' }, '"^4.0.0" is not an exact version'],
    ['another package', { name: 'zodd' }, 'is zodd under another name'],
    ['a folder', { link: true }, 'is a link into the file system'],
    ['a bundled package', { inBundle: true }, 'came inside of another package'],
    ['plain http', { resolved: 'http://registry.example/zod/-/zod-4.6.7.tgz' }, 'is not a package file over https'],
    ['a repository', { resolved: 'git+ssh://git@github.com/a/b.git#abc' }, 'is not a package file over https'],
    ['a file', { resolved: 'file:../zod.tgz' }, 'is not a package file over https'],
    ['a host of its own', { resolved: 'https://evil.example/zod-4.6.7.tgz' }, 'packages come from'],
    ['credentials', { resolved: 'https://me:x@registry.example/zod-4.6.7.tgz' }, 'is not a package file over https'], // secretlint-disable-line -- an example
  ])('fails when an entry has %s', (_what, change, problem) => {
    expect(findLockfileProblems(tampered(change)).join('\n')).toContain(problem);
  });

  it('may name one registry, in every entry and with every other one refused', () => {
    const named = withAddresses('registry.example');
    expect(findLockfileProblems(named)).toEqual([]);
    const packages = {
      ...named.packages,
      [ANOTHER]: { ...named.packages[ANOTHER], resolved: 'https://a.example/b.tgz' },
    };
    expect(findLockfileProblems({ ...named, packages })).toEqual(['packages come from registry.example, a.example']);
  });

  it('fails when it is of an old form, or empty', () => {
    expect(findLockfileProblems({ lockfileVersion: 1, packages: {} })).toHaveLength(2);
  });

  it('holds in the house', () => {
    expect(packagesIn(house).length).toBeGreaterThan(500);
    expect(findLockfileProblems(house)).toEqual([]);
  });
});

describe('A10.2 install scripts', () => {
  const listed = tableRows(readFileSync('docs/dependencies.md', 'utf8')).flatMap(
    (row) => codeIn(row['Would run']) ?? [],
  );

  it('are of the listed packages and of no others', () => {
    expect(listed.length).toBeGreaterThan(5);
    expect(scriptedPackages(house)).toEqual(listed.toSorted());
    expect(scriptedPackages(tampered({ hasInstallScript: true }))).not.toEqual(listed.toSorted());
  });

  it('are switched off, with no way to have them back', () => {
    const settings = readFileSync('.npmrc', 'utf8').split('\n');
    expect(settings).toContain('ignore-scripts=true');
    expect(settings.join('\n')).not.toMatch(/allow-scripts|dangerously|registry|_auth/);
  });
});

describe('A10.2 the age of new packages', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const publishedAt = (name: string): string | undefined =>
    new Map([
      ['old', '2026-11-23T12:00:00Z'],
      ['@scope/young', '2026-11-23T12:00:01Z'],
      ['odd', 'yesterday'],
    ]).get(name);
  const find = (added: string[], until?: string): string[] =>
    findYoungReleases(added, publishedAt, {
      exceptions: until === undefined ? [] : [{ finding: `release-age ${added[0]}`, reason: 'x', owner: 'y', until }],
      now,
      days: 3,
    });

  it('is three days and more', () => {
    expect(find(['old@1.0.0'])).toEqual([]);
    expect(find(['@scope/young@1.0.0'])).toEqual([expect.stringMatching(/^@scope\/young@1.0.0: .* less than 3 days/)]);
  });

  it.each(['unknown@1.0.0', 'odd@1.0.0'])('is too young where the registry does not tell: %s', (added) => {
    expect(find([added])).toHaveLength(1);
  });

  it('gives way to an exception, as long as that lasts', () => {
    expect(find(['@scope/young@1.0.0'], '2026-11-26')).toEqual([]);
    expect(find(['@scope/young@1.0.0'], '2026-11-25')).toHaveLength(1);
  });
});
