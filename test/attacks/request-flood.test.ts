import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { makeKey, Program } from '../support/api-keys.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * The attack: more requests than anybody needs, from one address, one account, one key or one organization, spelt in every way
 * that could count as somewhere else. On the budgets that ship: nothing is scaled here.
 */
const app = useApp({ THROTTLE_SCALE: '1', CORS_ORIGINS: 'https://app.example.com' });

const from = (address = someAddress()) => new Caller(app(), undefined, address);
const login = (caller: Caller) => caller.post('/v1/auth/login', {});
const LIVE = '/health/live';

async function repeat(times: number, send: (index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => send(index)));
}

const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status !== 429).length;

/** What is left to this holder, as the answer says. */
function left(answer: Answer, holder = 'address'): number {
  const [, count] = new RegExp(`"${holder}";r=(\\d+)`).exec(String(answer.headers['ratelimit'])) ?? [];
  return Number(count);
}

describe('B6.1 one address', () => {
  it('has 60 requests of sign-in a minute, of which exactly 60 pass when they come at once', async () => {
    const address = someAddress();
    expect(passed(await repeat(80, () => login(from(address))))).toBe(60);
    expectProblem(await login(from(address)), 'quota-exceeded');
    expect((await login(from())).status).toBe(400);
  });

  it('keeps its budget of one class when that of another is spent', async () => {
    const caller = from();
    await repeat(61, () => login(caller));
    expect((await caller.get(LIVE)).status).toBe(200);
  });

  it('is the /64 of IPv6: the other addresses in it are the same customer', async () => {
    const prefix = `2001:db8:${randomBytes(2).toString('hex')}`;
    await repeat(60, (index) => login(from(`${prefix}:1::${(index + 1).toString(16)}`)));
    expectProblem(await login(from(`${prefix}:1:ffff:ffff:ffff:ffff`)), 'quota-exceeded');
    expect((await login(from(`${prefix}:2::1`))).status).toBe(400);
  });

  it('of IPv4 is one address however it is written', async () => {
    const address = someAddress();
    await repeat(60, () => login(from(address)));
    expectProblem(await login(from(`::ffff:${address}`)), 'quota-exceeded');
  });
});

describe('B6.6 a request counts', () => {
  it('when there is no such path, and soon too often', async () => {
    const caller = from();
    expect(passed(await repeat(150, (index) => caller.get(`/wp-admin/${index}`)))).toBe(120);
    expectProblem(await caller.get('/.env'), 'quota-exceeded');
    expect((await caller.get(LIVE)).status).toBe(200);
  });

  it.each<[string, (caller: Caller) => Promise<Answer>]>([
    ['with a body that is no JSON', (caller) => caller.post('/v1/auth/login', '{')],
    ['with a body that is too large', (caller) => caller.post('/v1/auth/login', 'x'.repeat(102_401))],
    ['without a body', (caller) => caller.post('/v1/auth/login')],
    [
      'of another type',
      (caller) =>
        caller.post('/v1/auth/login', 'a=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ],
    ['with a query', (caller) => caller.post('/v1/auth/login?a=1', {})],
    ['of another route of the class', (caller) => caller.post('/v1/auth/refresh', {})],
    ['with another host', (caller) => caller.post('/v1/auth/login', {}, { headers: { host: 'elsewhere.example' } })],
    [
      'with another method in a header',
      (caller) => caller.post('/v1/auth/login', {}, { headers: { 'x-http-method-override': 'GET' } }),
    ],
    [
      'with a forged chain',
      (caller) =>
        caller.post('/v1/auth/login', {}, { headers: { 'x-forwarded-for': `${someAddress()}, ${caller.address}` } }),
    ],
    [
      'with Forwarded',
      (caller) => caller.post('/v1/auth/login', {}, { headers: { forwarded: `for=${someAddress()}` } }),
    ],
    ['with X-Real-IP', (caller) => caller.post('/v1/auth/login', {}, { headers: { 'x-real-ip': someAddress() } })],
    ['with an escaped letter', (caller) => caller.post('/v1/auth/%6Cogin', {})],
    [
      'with a token that is none',
      (caller) => caller.post('/v1/auth/logout', {}, { headers: { authorization: 'Bearer x' } }),
    ],
  ])('against the budget of sign-in %s', async (_how, send) => {
    const caller = from();
    const before = left(await login(caller));
    await send(caller);
    expect(left(await login(caller))).toBe(before - 2);
  });

  it.each(['/V1/auth/login', '/v1/AUTH/login', '/v1/auth/login/', '/v1//auth/login', '/v1/auth/login;a=1'])(
    'and does not sign in, as %s',
    async (url) => {
      const caller = from();
      await repeat(60, () => login(caller));
      const answer = await caller.post(url, {});
      expect([404, 405]).toContain(answer.status);
      expect(left(answer)).toBe(119);
    },
  );

  it('as a GET when it is a HEAD', async () => {
    const caller = from();
    const before = left(await caller.get(LIVE));
    await caller.call('HEAD', LIVE);
    expect(left(await caller.get(LIVE))).toBe(before - 2);
  });

  it('when it is for a document and not for a route of Nest', async () => {
    const caller = from();
    const before = left(await caller.get('/openapi.json'));
    expect(left(await caller.get('/openapi.json'))).toBe(before - 1);
  });
});

describe('B6.3 what is left is said', () => {
  it('on every success, with the policies that apply', async () => {
    const person = await (await TestOrganization.create(app())).as('clinician');
    const { headers } = await person.get('/v1/me');
    expect(headers['ratelimit-policy']).toBe(
      '"address";q=3000;w=60, "principal";q=600;w=60, "organization";q=6000;w=60',
    );
    expect(headers['ratelimit']).toMatch(
      /^"address";r=2999;t=\d+, "principal";r=599;t=\d+, "organization";r=5999;t=\d+$/,
    );
    expect(headers['retry-after']).toBeUndefined();
  });

  it('on a refusal, with a wait that is long enough, and to pages of other origins', async () => {
    const caller = from();
    await repeat(60, () => login(caller));
    const refusal = await caller.post('/v1/auth/login', {}, { headers: { origin: 'https://app.example.com' } });
    expectProblem(refusal, 'quota-exceeded');
    expect(refusal.headers['ratelimit-policy']).toBe('"address";q=60;w=60');
    const [, seconds] = /^"address";r=0;t=(\d+)$/.exec(String(refusal.headers['ratelimit'])) ?? [];
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThanOrEqual(Number(seconds));
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    const exposed = String(refusal.headers['access-control-expose-headers']).split(/, ?/);
    expect(exposed).toEqual(expect.arrayContaining(['retry-after', 'ratelimit', 'ratelimit-policy']));
    expect(refusal.headers['access-control-allow-origin']).toBe('https://app.example.com');
  });

  it('on a 404', async () => {
    const answer = await from().get('/nowhere');
    expectProblem(answer, 'not-found');
    expect(answer.headers['ratelimit-policy']).toBe('"address";q=120;w=60');
  });
});

describe('B6.1 one caller', () => {
  it('has one budget, from however many addresses and with however many tokens', async () => {
    const person = await (await TestOrganization.create(app())).as('clinician');
    const { accessToken } = person;
    const answers = await repeat(620, () => new Caller(app(), accessToken).get('/v1/me'));
    // A few more may have been spent on the way here.
    expect(passed(answers)).toBe(600);
    expectProblem(await person.get('/v1/me'), 'quota-exceeded');
  });

  it('that is a key has what its tier says', async () => {
    const owner = await (await TestOrganization.create(app())).as('clinician');
    const policyOf = async (rateTier: string) => {
      const { key } = await makeKey(owner, { rateTier });
      return (await new Program(app(), key).get('/v1/patients')).headers['ratelimit-policy'];
    };
    expect(await policyOf('standard')).toContain('"principal";q=600;');
    expect(await policyOf('high')).toContain('"principal";q=3000;');
  });

  it('that is a key does not spend the budget of whoever made it', async () => {
    const owner = await (await TestOrganization.create(app())).as('clinician');
    const { key } = await makeKey(owner);
    const before = left(await owner.get('/v1/me'), 'principal');
    await repeat(5, () => new Program(app(), key).get('/v1/patients'));
    expect(left(await owner.get('/v1/me'), 'principal')).toBe(before - 1);
  });

  it('opens no more than ten emergencies a minute', async () => {
    const person = await (await TestOrganization.create(app())).as('clinician');
    const url = '/v1/patients/00000000-0000-4000-8000-000000000000/break-glass';
    const answers = await repeat(12, () => person.post(url, { reason: 'Unconscious in the emergency room.' }));
    expect(passed(answers)).toBe(10);
  });
});

describe('B6.1 one organization', () => {
  it('has a budget for all of its people together, and leaves others theirs', async () => {
    const organization = await TestOrganization.create(app());
    const people = await Promise.all(Array.from({ length: 11 }, () => organization.as('receptionist')));
    const [last, ...others] = people;
    const invite = (caller: Caller) => caller.post('/v1/members/invitations', {});
    for (const person of others) expect(passed(await repeat(10, () => invite(person)))).toBe(10);
    if (last === undefined) throw new Error('there are eleven');
    const refusal = await invite(last);
    expectProblem(refusal, 'quota-exceeded');
    expect(refusal.headers['ratelimit']).toMatch(/"organization";r=0;/);
    const elsewhere = await (await TestOrganization.create(app())).as('receptionist');
    expectProblem(await invite(elsewhere), 'forbidden');
  });
});
