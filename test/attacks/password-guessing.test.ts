import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { startApp, useApp } from '../support/app.ts';
import { someAddress, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { TestOrganization, type Member } from '../support/organization.ts';
import { tryPassword } from '../support/password-attempt.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Somebody guesses passwords: many for one account, from many addresses at once; or one for many accounts, from one address;
 * or learns from the limits which accounts there are (CWE-307, CWE-204; OWASP API2).
 */
const app = useApp();
const second = useApp();
let organization: TestOrganization;
let member: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(async () => {
  member = await organization.addMember('patient');
  clock = new StoppedClock(app(), second());
});

const nobody = () => ({ email: `nobody-${newId()}@test.example`, password: 'wrong' });
const wrong = (email = member.email) => ({ email, password: 'wrong' });

function expectWait(answer: Answer, seconds: number): void {
  expectProblem(answer, 'too-many-attempts');
  expect(answer.headers['retry-after']).toBe(String(seconds));
}

async function expectFailures(
  count: number,
  target: () => { email: string; password: string } = wrong,
  address?: string,
) {
  for (let i = 0; i < count; i += 1) {
    expectProblem(await tryPassword(app(), target(), address === undefined ? {} : { address }), 'invalid-credentials');
  }
}

describe('A1.3 guesses at one account, from many addresses', () => {
  it('are free five times; then each makes the next wait twice as long, also for the right password', async () => {
    await expectFailures(5);
    for (const seconds of [10, 20, 40, 80, 160]) {
      expectWait(await tryPassword(app(), member), seconds);
      clock.advance(seconds - 1);
      expectWait(await tryPassword(app(), member), 1);
      clock.advance(1);
      await expectFailures(1);
    }
  });

  it('do not count while they are refused: who waits long enough gets in', async () => {
    await expectFailures(5);
    for (let i = 0; i < 20; i += 1) expectWait(await tryPassword(app(), wrong()), 10);
    clock.advance(10);
    expect((await tryPassword(app(), member)).status).toBe(200);
  });

  it('are forgiven after 24 hours without one, not earlier', async () => {
    await expectFailures(5);
    clock.advance(86_399);
    await expectFailures(1);
    expectWait(await tryPassword(app(), member), 20);
    clock.advance(86_400);
    await expectFailures(5);
    expectWait(await tryPassword(app(), member), 10);
  });

  it('A7.4 are not more when 50 come at the same moment, over two instances', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => tryPassword(i % 2 === 0 ? app() : second(), wrong())),
    );
    const tried = answers.filter(({ status }) => status === 401);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.length).toBeLessThanOrEqual(5);
    for (const answer of answers) if (answer.status !== 401) expectProblem(answer, 'too-many-attempts');
  });

  it('end after a hundred without a success, which is an event', async () => {
    const locks: unknown[] = [];
    app()
      .get(SecurityEvents)
      .subscribe(({ name, reason, facts }) => name === 'authn_login_lock' && locks.push([reason, facts['subject']]));
    for (let i = 0; i < 100; i += 1) {
      await expectFailures(1);
      clock.advance(3600);
    }
    expectWait(await tryPassword(app(), member), 86_400);
    expect(locks).toEqual([['hard-stop', 'account']]);
  });

  it('start anew after a success', async () => {
    await expectFailures(4);
    expect((await tryPassword(app(), member)).status).toBe(200);
    await expectFailures(5);
    expectWait(await tryPassword(app(), member), 10);
  });
});

describe('A1.3 guesses from one address, at many accounts', () => {
  it('are slowed down, also where the account is another and the password right', async () => {
    const address = someAddress();
    await expectFailures(5, nobody, address);
    expectWait(await tryPassword(app(), member, { address }), 10);
    expect((await tryPassword(app(), member)).status).toBe(200);
    clock.advance(10);
    await expectFailures(1, nobody, address);
    expectWait(await tryPassword(app(), member, { address }), 20);
  });

  it('are not forgiven because the attacker signs in to an account of their own in between', async () => {
    const address = someAddress();
    await expectFailures(4, nobody, address);
    expect((await tryPassword(app(), member, { address })).status).toBe(200);
    await expectFailures(1, nobody, address);
    expectWait(await tryPassword(app(), nobody(), { address }), 10);
  });

  it('A7.4 are not more when 40 come at the same moment, over two instances', async () => {
    const address = someAddress();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => tryPassword(i % 2 === 0 ? app() : second(), nobody(), { address })),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  it('count for the whole network that one customer of IPv6 has', async () => {
    for (let i = 1; i <= 5; i += 1) await expectFailures(1, nobody, `2001:db8:7:${clock.now.getTime() % 9999}::${i}`);
    expectWait(await tryPassword(app(), nobody(), { address: `2001:db8:7:${clock.now.getTime() % 9999}::99` }), 10);
  });

  it('B3.3 come from the same one, whatever X-Forwarded-For says, when no proxy is trusted', async () => {
    const direct = await startApp({ TRUSTED_PROXIES: 'none' });
    try {
      clock = new StoppedClock(app(), second(), direct);
      const seen = [];
      for (let i = 0; i < 6; i += 1) seen.push((await tryPassword(direct, nobody())).status);
      expect(seen.at(-1)).toBe(429);
    } finally {
      await direct.close();
    }
  });
});

describe('B8.3 the limits tell nobody which accounts there are', () => {
  it('an unknown one gets the same answers in the same order', async () => {
    const trace = async (email: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let i = 0; i < 12; i += 1) {
        seen.push(visibleOf(await tryPassword(app(), wrong(email))));
        if (i > 6) clock.advance(25);
      }
      return seen;
    };
    expect(await trace(nobody().email)).toEqual(await trace(member.email));
  });

  it('an address is the same account in whatever case it is typed', async () => {
    await expectFailures(3);
    await expectFailures(2, () => wrong(member.email.toUpperCase()));
    expectWait(await tryPassword(app(), member), 10);
  });
});
