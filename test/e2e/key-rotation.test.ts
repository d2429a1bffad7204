import { execFile } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId, SigningKeys } from '../../src/platform/crypto/index.js';
import { StartRefused } from '../../src/platform/process/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { startApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { es256, TokenForge } from '../support/forged-token.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

type Jwk = JsonWebKey & { kid: string; nbf?: number; exp?: number };

const folder = mkdtempSync(join(tmpdir(), 'rampart-rotation-'));
const file = join(folder, 'signing-keys.json');
const settings = { SIGNING_KEYS_FILE: file, SIGNING_KEYS_RELOAD_S: '1' };
const script = resolve('scripts/keys/rotate-signing.ts');
const now = () => Math.floor(Date.now() / 1000);

function newKey(kid: string, times: Partial<Jwk> = {}): Jwk {
  return { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid, ...times };
}
const write = (...keys: Jwk[]) => writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
const read = () => (JSON.parse(readFileSync(file, 'utf8')) as { keys: Jwk[] }).keys;

/** The shipped command, as an operator runs it. */
async function rotate(...args: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], ...settings };
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: folder, env });
  return stdout;
}

/**
 * They read the file on timers of their own: `second` looks at other moments than `first`. Passport keeps one strategy per
 * process, that of `second`: so whether an instance itself knows a key is asked of its own keys besides.
 */
let first: NestFastifyApplication;
let second: NestFastifyApplication;
let organization: TestOrganization;

beforeAll(async () => {
  write(newKey('old'));
  first = await startApp(settings);
  second = await startApp(settings);
  organization = await TestOrganization.create(first);
});
afterAll(async () => {
  await first.close();
  await second.close();
  rmSync(folder, { recursive: true });
});

const me = (app: NestFastifyApplication, token: string) => new Caller(app, token).get('/v1/me');

async function publishedBy(app: NestFastifyApplication): Promise<Jwk[]> {
  return (await new Caller(app).get('/.well-known/jwks.json')).body['keys'] as Jwk[];
}

/** Uses every refresh token on one instance, and the access token from it on the other at once. Stops at the first refusal. */
class Load {
  readonly refusals: string[] = [];
  readonly kids = new Map<NestFastifyApplication, string[]>([
    [first, []],
    [second, []],
  ]);
  answers = 0;
  private isOver = false;
  private readonly runs: Promise<void>[];

  constructor(people: readonly SignedIn[]) {
    this.runs = people.map((person, index) => this.run(person, index % 2));
  }

  stop(): Promise<void[]> {
    this.isOver = true;
    return Promise.all(this.runs);
  }

  private async run({ tokens }: SignedIn, start: number): Promise<void> {
    let { refreshToken } = tokens;
    for (let turn = start; !this.isOver; turn += 1) {
      const [issuer, reader] = turn % 2 === 0 ? [first, second] : [second, first];
      const renewed = await new Caller(issuer).post('/v1/auth/refresh', { refreshToken });
      if (!this.isGood('refresh', renewed)) return;
      refreshToken = String(renewed.body['refreshToken']);
      const accessToken = String(renewed.body['accessToken']);
      const kid = String(decodeProtectedHeader(accessToken).kid);
      this.kids.get(issuer)?.push(kid);
      if (reader.get(SigningKeys).publicKeyPem(kid) === undefined) this.refusals.push(`unknown key: ${kid}`);
      if (!this.isGood('me', await me(reader, accessToken))) return;
    }
  }

  private isGood(what: string, { status, text }: Answer): boolean {
    this.answers += 1;
    const isGood = status >= 200 && status < 300;
    if (!isGood) this.refusals.push(`${what}: ${status} ${text}`);
    return isGood;
  }
}

// docs/recipes/rotate-signing-keys.md says what is done here.
describe('A5.4 a rotation of the signing keys', () => {
  let person: SignedIn;
  let kid: string;
  const forge = () => new TokenForge(first, person.accessToken ?? '');

  /** A token of this person that nobody has seen before. Its `nbf` stays in the past of the system's clock. */
  function fresh(jwk: Jwk | undefined): string {
    const key = createPrivateKey({ key: jwk ?? {}, format: 'jwk' });
    const claims = { jti: newId(), exp: now() + 3000 };
    return forge().forge({ header: { kid: jwk?.kid }, claims, signer: es256(key) });
  }

  it('refuses no request, on two instances that read the keys at different moments', async () => {
    person = await organization.as('receptionist');
    const people = await Promise.all(
      Array.from({ length: 8 }, async () => signIn(first, await organization.addMember('receptionist'))),
    );
    const load = new Load(people);
    const began = now();
    const output = await rotate('--lead', '2');
    kid = read().at(-1)?.kid ?? '';
    expect(output).toContain(kid);
    await vi.waitFor(
      () => {
        if (load.refusals.length > 0) return;
        for (const kids of load.kids.values()) expect(kids.at(-1)).toBe(kid);
      },
      { timeout: 10_000, interval: 50 },
    );
    await load.stop();
    expect(load.refusals).toEqual([]);
    expect(load.answers).toBeGreaterThan(50);
    expect(now()).toBeGreaterThanOrEqual(began + 2);
    // Both signed with the old key first, and neither went back to it.
    for (const kids of load.kids.values()) expect([...new Set(kids)]).toEqual(['old', kid]);
  }, 30_000);

  it.each(['first', 'second'])('leaves both keys in the published set of the %s instance', async (name) => {
    const keys = await publishedBy(name === 'first' ? first : second);
    expect(keys.map((key) => key.kid)).toEqual(['old', kid]);
  });

  it('A5.3 publishes nothing of a private half, nor when a key signs', async () => {
    for (const key of await publishedBy(first)) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });

  it('signs with the new key', async () => {
    const { accessToken } = await signIn(first, person.member);
    expect(decodeProtectedHeader(accessToken ?? '').kid).toBe(kid);
  });

  it('goes on to accept what the old key has signed', async () => {
    expect(decodeProtectedHeader(person.accessToken ?? '').kid).toBe('old');
    for (const app of [first, second]) expect((await me(app, person.accessToken ?? '')).status).toBe(200);
  });

  it('gives the old key time for the longest life of a token', () => {
    const [old, young] = read();
    expect(old?.exp).toBe((young?.nbf ?? 0) + 605);
  });

  it('B13.1 refuses what the old key signs from its exp on, and no sooner', async () => {
    const [old, young] = read();
    const clocks = [first, second].map((app) => vi.spyOn(app.get(Clock), 'now'));
    const at = (seconds = 0) => clocks.forEach((clock) => clock.mockReturnValue(new Date(seconds * 1000)));

    at((old?.exp ?? 0) - 1);
    expect((await me(first, fresh(old))).status).toBe(200);
    expect((await publishedBy(first)).map((key) => key.kid)).toEqual(['old', kid]);

    at(old?.exp);
    expectProblem(await me(first, fresh(old)), 'unauthenticated');
    expectProblem(await me(first, person.accessToken ?? ''), 'unauthenticated');
    expect((await me(first, fresh(young))).status).toBe(200);
    expect((await publishedBy(first)).map((key) => key.kid)).toEqual([kid]);
  });

  it('B13.1 refuses a key within seconds after somebody took it out of the file', async () => {
    const [, young] = read();
    // One token that the instances have verified before and remember, and one that they have not seen.
    const known = fresh(young);
    for (const app of [first, second]) expect((await me(app, known)).status).toBe(200);
    write(newKey('emergency'));
    for (const app of [first, second]) {
      await vi.waitFor(async () => expect((await publishedBy(app)).map((key) => key.kid)).toEqual(['emergency']), {
        timeout: 5000,
      });
    }
    for (const app of [first, second]) {
      for (const token of [known, fresh(young)]) expectProblem(await me(app, token), 'unauthenticated');
    }
  });

  it.each([
    ['have expired', { exp: now() - 1 }],
    ['begin in an hour', { nbf: now() + 3600 }],
  ])('refuses a start with keys that %s', async (_what, times) => {
    const { SIGNING_KEYS_FILE: _file, ...others } = settings;
    const refusal = await startApp({ ...others, SIGNING_KEYS: JSON.stringify({ keys: [newKey('a', times)] }) }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(StartRefused);
    expect(String(refusal)).toContain('SIGNING_KEYS: no key can sign now');
  });
});
