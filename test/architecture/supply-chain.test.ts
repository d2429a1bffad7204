import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bom, findBomProblems, makeBom } from '../../scripts/supply-chain/bom.ts';
import { findEndedLines, linesInUse } from '../../scripts/supply-chain/end-of-life.ts';
import { packagesIn, parseLockfile } from '../../scripts/supply-chain/lockfile.ts';

describe('A9.3 end of life', () => {
  const document = [
    '| Component | Line | Until | Kind | Source |',
    '| --- | --- | --- | --- | --- |',
    '| Node.js | 24 | 2028-04-30 | published | nodejs.org |',
  ].join('\n');
  const node = { component: 'Node.js', line: '24' };

  it.each([
    ['on its last day', [node], '2028-04-30T23:59:59Z', []],
    ['a day later', [node], '2028-05-01T00:00:00Z', ['Node.js 24: ended on 2028-04-30']],
    [
      'of an unknown line',
      [{ ...node, line: '25' }],
      '2026-01-01T00:00:00Z',
      ['Node.js 25: is in use and not in the table'],
    ],
    ['of what is not in use', [], '2026-01-01T00:00:00Z', ['Node.js: is in the table and not in use']],
  ])('is noticed %s', (_when, used, now, problems) => {
    expect(findEndedLines(used, document, new Date(now))).toEqual(problems);
  });

  it('is judged by a date', () => {
    expect(() => findEndedLines([node], document.replace('2028-04-30', 'some day'), new Date())).toThrow('Until');
  });

  it('is ahead of everything that the house runs on', () => {
    const used = linesInUse(readFileSync('package.json', 'utf8'), readFileSync('deploy/compose.yaml', 'utf8'));
    expect(used.map(({ component }) => component)).toEqual(
      expect.arrayContaining(['Node.js', 'NestJS', 'Fastify', 'Prisma', 'PostgreSQL', 'Redis', 'TypeScript']),
    );
    expect(findEndedLines(used, readFileSync('docs/end-of-life.md', 'utf8'), new Date())).toEqual([]);
  });
});

describe('A10.3 the bill of materials', () => {
  let bom: Bom;
  beforeAll(() => {
    bom = makeBom(false);
  });

  it('is complete: what the lockfile has, each with purl, SHA-512 and licence', () => {
    expect(findBomProblems(bom)).toEqual([]);
    const lockfile = parseLockfile(readFileSync('package-lock.json', 'utf8'));
    const names = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(names)].toSorted()).toEqual(packagesIn(lockfile));
  });

  it('names the product, and no place where packages come from', () => {
    expect(bom.metadata.component).toMatchObject({
      name: 'rampart',
      purl: expect.stringMatching(/^pkg:npm\/rampart@/),
    });
    expect(JSON.stringify(bom)).not.toMatch(/"type":"distribution"/);
  });

  it('leaves out what production does not have', () => {
    const names = makeBom(true).components.map(({ name }) => name);
    expect(names).toContain('fastify');
    expect(names).not.toContain('vitest');
  });

  it.each([
    ['a component without a digest', { hashes: [] }, 'no SHA-512'],
    ['a component without a licence', { licenses: [] }, 'no licence'],
    ['a component under another address', { purl: 'pkg:npm/evil@1.0.0' }, 'no purl'],
    ['a component that nothing names', { 'bom-ref': 'x' }, 'is depended on and not a component'],
  ])('is not complete with %s', (_what, change, problem) => {
    const [first, ...rest] = bom.components;
    const components = [{ ...first, ...change } as Bom['components'][number], ...rest];
    expect(findBomProblems({ ...bom, components }).join('\n')).toContain(problem);
  });
});

describe('A8.3 A5.3 the search for secrets', () => {
  const random = (length: number): string => 'aB3xK9mQ7wZ2pL5nR8tY4vC6'.repeat(5).slice(0, length);
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' });
  const planted: readonly (readonly [file: string, secret: string])[] = [
    ['api-key.txt', `rmp_live_${random(16)}_${random(43)}_${random(6)}`],
    ['key-encryption-key.txt', `KEY_ENCRYPTION_KEYS=k1:${random(43)}=`],
    ['private-jwk.txt', `{"kty":"EC","crv":"P-256","d":"${random(43)}"}`],
    ['token.txt', `eyJ${random(20)}.eyJ${random(40)}.${random(60)}`],
    ['ed25519.pem', pem],
    ['rsa.pem', rsa.toString()],
    ['connection.txt', ['postgres:', '//server:', random(12), '@db.internal/rampart'].join('')],
    ['github.txt', `ghp_${random(36)}`],
    ['aws.txt', `AWS_SECRET_ACCESS_KEY = "${random(40)}"`],
  ];
  let output: string;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-test-'));
    const files = planted.map(([file, secret]) => {
      writeFileSync(join(folder, file), `first line\n${secret}\n`);
      return join(folder, file);
    });
    output = await promisify(execFile)(process.execPath, ['scripts/supply-chain/secrets.ts', ...files]).then(
      () => 'it ended with 0',
      (failure: unknown) => (failure as { stderr: string }).stderr,
    );
  });

  it.each(planted)('finds the one in %s, and does not show it', (file, secret) => {
    expect(output).toContain(file);
    expect(output).not.toContain(secret.trim().slice(-60).slice(0, 20));
  });

  it('finds none in the house', () => {
    expect(execFileSync(process.execPath, ['scripts/supply-chain/secrets.ts'], { encoding: 'utf8' })).toMatch(
      /^no secrets in \d{3,} files$/m,
    );
  });

  it('is told to look away in tests alone, and each time why', () => {
    const search = ['grep', '-n', 'secretlint-disable', '--', ':!test/architecture/supply-chain.test.ts'];
    const marks = execFileSync('git', search, { encoding: 'utf8' }).trim().split('\n');
    const fit = /^(?:src\/.*\.spec|test\/.*\.test)\.ts:\d+:.*secretlint-disable-line -- \w/;
    expect(marks.filter((line) => !fit.test(line))).toEqual([]);
  });
});
