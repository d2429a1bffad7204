import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenConfig } from '../../src/platform/access/index.js';
import { CLOCK_TOLERANCE_S } from '../../src/platform/access/access-token.js';
import { DEVELOPMENT_KEY_PREFIX, Secret } from '../../src/platform/config/index.js';
import { parseSigningKeys, signingKeyAt } from '../../src/platform/crypto/signing-key-set.js';

// Each test starts programs, which take their time when the other worker does as well.
vi.setConfig({ testTimeout: 60_000 });

interface Jwk {
  kid: string;
  d: string;
  nbf?: number;
  exp?: number;
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const script = resolve('scripts/keys/rotate-signing.ts');
const now = () => Math.floor(Date.now() / 1000);
const secret = (kid: string) => `secret-of-${kid}`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-keys-'));
  file = join(folder, 'signing-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The shipped command in a folder of its own. */
function rotate(env: Record<string, string>, ...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
const rotateFile = (...args: string[]) => rotate({ SIGNING_KEYS_FILE: file }, ...args);

function key(kid: string, times: Partial<Jwk> = {}): Jwk {
  return { kid, d: secret(kid), ...times };
}
const write = (...keys: Jwk[]) => writeFileSync(file, JSON.stringify({ keys }));
const parse = (text: string) => (JSON.parse(text) as { keys: Jwk[] }).keys;
const read = () => parse(readFileSync(file, 'utf8'));

describe('A5.4 npm run keys:rotate-signing', () => {
  it('adds a key that signs after the lead, and gives the old one an end after its last token', async () => {
    write(key('old'));
    const before = now();
    const { code, stdout } = await rotateFile('--lead', '120');
    const [old, young] = read();
    expect(code).toBe(0);
    expect(young?.nbf).toBeGreaterThan(before + 120);
    expect(young?.nbf).toBeLessThanOrEqual(now() + 121);
    // The command runs before the server is built and repeats its limits: here they are held together.
    const life = TokenConfig.schema.shape.ACCESS_TOKEN_TTL_S;
    expect([600, 601].map((seconds) => life.safeParse(seconds).success)).toEqual([true, false]);
    expect(old).toEqual(key('old', { exp: (young?.nbf ?? 0) + 600 + CLOCK_TOLERANCE_S }));
    for (const kid of ['old', young?.kid ?? 'none']) expect(stdout).toContain(kid);
  });

  it('waits ten minutes unless told otherwise', async () => {
    write(key('old'));
    const before = now();
    await rotateFile();
    expect(read()[1]?.nbf).toBeGreaterThanOrEqual(before + 600);
  });

  it('makes a set that the server takes, with a key that no production refuses', async () => {
    write(key('old'));
    await rotateFile('--lead', '120');
    const young = read()[1];
    expect(young?.kid.startsWith(DEVELOPMENT_KEY_PREFIX)).toBe(false);
    const keys = parseSigningKeys(new Secret(JSON.stringify({ keys: [young] })));
    expect(signingKeyAt(keys, young?.nbf ?? 0)?.kid).toBe(young?.kid);
  });

  it('drops the keys that have ended, and ends those that would verify for ever', async () => {
    const kept = key('retiring', { exp: now() + 500 });
    write(key('signs', { nbf: now() - 50 }), key('ended', { exp: now() }), kept, key('endless'));
    const { stdout } = await rotateFile();
    const [signs, retiring, endless, young] = read();
    expect(signs?.kid).toBe('signs');
    expect(retiring).toEqual(kept);
    expect(endless?.exp).toBe(signs?.exp);
    expect(young?.exp).toBeUndefined();
    expect(stdout).toContain('ended: dropped');
  });

  it('signs at once when every key has ended: there is nothing to wait for', async () => {
    write(key('ended', { exp: now() - 1 }));
    await rotateFile();
    expect(read()).toHaveLength(1);
    expect(read()[0]?.nbf).toBeLessThanOrEqual(now());
  });

  it('refuses while the key of another rotation does not sign yet', async () => {
    write(key('old', { exp: now() + 900 }), key('next', { nbf: now() + 300 }));
    const before = readFileSync(file, 'utf8');
    const { code, stderr } = await rotateFile();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^A rotation is under way: next signs from .*--force\.\n$/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('with --force follows the rotation that is under way, and loses none of its keys', async () => {
    const next = now() + 3000;
    write(key('old', { exp: next + 605 }), key('next', { nbf: next }));
    expect((await rotateFile('--force')).code).toBe(0);
    const [old, middle, young] = read();
    expect(old?.exp).toBe(next + 605);
    expect(young?.nbf).toBe(next + 1);
    expect(middle).toEqual(key('next', { nbf: next, exp: next + 606 }));
  });

  it('keeps the mode of the file and leaves nothing beside it', async () => {
    write(key('old'));
    chmodSync(file, 0o640);
    await rotateFile();
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['signing-keys.json']);
  });

  it('replaces the file in one step: an open reader sees the old set whole', async () => {
    write(key('old'));
    const { ino } = statSync(file);
    await rotateFile();
    expect(statSync(file).ino).not.toBe(ino);
  });

  it('A5.3 prints no key material', async () => {
    write(key('old'));
    const { stdout, stderr } = await rotateFile();
    for (const { d } of read()) expect(stdout + stderr).not.toContain(d);
  });

  it.each([
    ['no JSON', 'secret-of-old'],
    ['JSON without keys', '{"secret-of-old":1}'],
    ['a key without an id', '{"keys":[{"d":"secret-of-old"}]}'],
    ['a time that is text', '{"keys":[{"kid":"old","d":"secret-of-old","exp":"secret-of-old"}]}'],
    ['no keys', '{"keys":[]}'],
  ])('A5.3 refuses a file with %s in one sentence that does not quote it', async (_what, text) => {
    writeFileSync(file, text);
    const { code, stderr } = await rotateFile();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^SIGNING_KEYS is not a JWK set .*\n$/);
    expect(stderr).not.toContain(secret('old'));
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each([
    ['too short for the reloads', ['--lead', '19']],
    ['zero', ['--lead', '0']],
    ['a fraction', ['--lead', '60.5']],
    ['a unit', ['--lead', '10m']],
    ['negative', ['--lead=-60']],
    ['missing', ['--lead']],
  ])('refuses a lead that is %s', async (_what, args) => {
    write(key('old'));
    expect(await rotateFile(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining('--lead') });
    expect(read()).toEqual([key('old')]);
  });

  it('rotates the generated keys of a development machine, and touches no other line', async () => {
    mkdirSync(join(folder, '.data'));
    const devEnv = join(folder, '.data/dev.env');
    const around = (set: string) => `PASSWORD_PEPPER='p$&'\nSIGNING_KEYS='${set}'\nKEY_ENCRYPTION_KEYS='k'\n`;
    writeFileSync(devEnv, around(JSON.stringify({ keys: [key('dev-1')] })), { mode: 0o600 });
    expect((await rotate({})).code).toBe(0);
    const text = readFileSync(devEnv, 'utf8');
    const set = /^SIGNING_KEYS='(.*)'$/m.exec(text)?.[1] ?? '';
    expect(text).toBe(around(set));
    expect(parse(set).map(({ kid }) => kid.startsWith(DEVELOPMENT_KEY_PREFIX))).toEqual([true, true]);
    expect(statSync(devEnv).mode & 0o777).toBe(0o600);
  });

  const direct = { SIGNING_KEYS: JSON.stringify({ keys: [key('old')] }) };

  it('does not print a set that is given directly, unless it is asked to', async () => {
    const { code, stdout, stderr } = await rotate(direct);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^SIGNING_KEYS is given directly.*--print.*\n$/);
  });

  it('prints the new set alone on stdout with --print, and writes nothing', async () => {
    const { code, stdout, stderr } = await rotate(direct, '--print');
    expect(code).toBe(0);
    expect(parse(stdout).map(({ d }) => d)).toEqual([secret('old'), expect.any(String)]);
    expect(stderr).not.toContain(secret('old'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['nothing is set up', {}, 'npm run up'],
    ['the file is not there', { SIGNING_KEYS_FILE: 'absent.json' }, 'absent.json cannot be read'],
    ['both ways are used', { ...direct, SIGNING_KEYS_FILE: 'x' }, 'both given'],
  ])('says in one sentence what to do when %s', async (_what, env, words) => {
    const { code, stderr } = await rotate(env);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

/** A recipe that does not work is worse than none. */
it('every command of docs/recipes/rotate-signing-keys.md works', async () => {
  const recipe = readFileSync('docs/recipes/rotate-signing-keys.md', 'utf8');
  const commands = [...recipe.matchAll(/^npm run (?:-s )?keys:rotate-signing(?: --)?(.*?)(?: [|>].*)?$/gm)];
  expect(commands.length).toBeGreaterThan(1);
  for (const [, args = ''] of commands) {
    write(key('old'));
    expect(await rotateFile(...args.split(' ').filter((arg) => arg !== ''))).toMatchObject({ code: 0 });
  }
});
