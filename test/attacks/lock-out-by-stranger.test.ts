import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, someAddress } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { TestOrganization, type Member } from '../support/organization.ts';
import { tryPassword } from '../support/password-attempt.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Somebody fails on purpose, again and again, so that the owner of the account cannot sign in any more (CWE-645). Their own
 * device, which they have signed in from before, is counted by itself.
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let organization: TestOrganization;
let member: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

afterAll(() => mails.close());

beforeEach(async () => {
  clock = new StoppedClock(app());
  member = await organization.addMember('patient');
  // From here on their browser is a known device.
  await atHome();
});

function atHome(password = member.password, { address = member.address, userAgent = BROWSER } = {}) {
  return tryPassword(app(), { email: member.email, password }, { address, userAgent });
}

function elsewhere(password = 'wrong') {
  return tryPassword(app(), { email: member.email, password });
}

/** Another address of the same network. */
function neighbourOf(address: string): string {
  return address.replace(/\d+$/, (last) => String((Number(last) % 254) + 1));
}

async function expectStrangersOut(): Promise<void> {
  expectProblem(await elsewhere(member.password), 'too-many-attempts');
}

describe('A1.3 while strangers guess at an account', () => {
  it('its owner signs in from a device that they have used before, and the strangers stay out', async () => {
    for (let i = 0; i < 5; i += 1) await elsewhere();
    await expectStrangersOut();
    expect((await atHome()).status).toBe(200);
    await expectStrangersOut();
  });

  it('so does the same browser with another address of the same network, but nothing else', async () => {
    for (let i = 0; i < 5; i += 1) await elsewhere();
    const neighbour = neighbourOf(member.address);
    expect((await atHome(member.password, { address: neighbour, userAgent: BROWSER })).status).toBe(200);
    expectProblem(
      await atHome(member.password, { address: member.address, userAgent: 'curl/8.0' }),
      'too-many-attempts',
    );
    expectProblem(await atHome(member.password, { address: someAddress(), userAgent: BROWSER }), 'too-many-attempts');
  });

  it('so does the owner in the middle of a running attack', async () => {
    const attack = Array.from({ length: 30 }, () => elsewhere());
    const [owner, ...strangers] = await Promise.all([atHome(), ...attack]);
    expect(owner?.status).toBe(200);
    for (const { status } of strangers) expect([401, 429]).toContain(status);
  });

  it('that device is limited too', async () => {
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await atHome('wrong', { address: member.address, userAgent: BROWSER }), 'invalid-credentials');
    }
    expectProblem(await atHome(), 'too-many-attempts');
    clock.advance(10);
    expect((await atHome()).status).toBe(200);
  });
});

describe('A1.3 a password reset', () => {
  async function resetPassword(): Promise<string> {
    await new Caller(app()).post('/v1/auth/forgot-password', { email: member.email });
    const { text } = await mails.waitForMail(member.email, { subject: /[Pp]assword/ });
    const password = 'a new one that nobody has guessed';
    await new Caller(app()).post('/v1/auth/reset-password', { token: text.match(/^[\w-]{43}$/m)?.[0], password });
    return password;
  }

  it('forgets what was guessed on a known device', async () => {
    for (let i = 0; i < 5; i += 1) await atHome('wrong');
    const sameDevice = { address: neighbourOf(member.address), userAgent: BROWSER };
    expectProblem(await atHome(member.password, sameDevice), 'too-many-attempts');
    expect((await atHome(await resetPassword(), sameDevice)).status).toBe(200);
  });

  it('forgets the devices themselves: one of them may be the one of a thief', async () => {
    const password = await resetPassword();
    for (let i = 0; i < 5; i += 1) await elsewhere();
    expectProblem(await atHome(password), 'too-many-attempts');
  });
});

describe('A1.3 after a hundred failures in a row', () => {
  it('strangers stay out however long they wait; the own device and a password reset still let in', async () => {
    for (let i = 0; i < 100; i += 1) {
      expectProblem(await elsewhere(), 'invalid-credentials');
      clock.advance(3601);
    }
    clock.advance(365 * 86_400);
    await expectStrangersOut();
    expect((await atHome()).status).toBe(200);
    await expectStrangersOut();

    const stranger = new Caller(app());
    expect((await stranger.post('/v1/auth/forgot-password', { email: member.email })).status).toBe(202);
    const { text } = await mails.waitForMail(member.email, { subject: /[Pp]assword/ });
    const token = text.match(/^[\w-]{43}$/m)?.[0];
    const password = 'a new one that nobody has guessed';
    expect((await stranger.post('/v1/auth/reset-password', { token, password })).status).toBe(204);
    expect((await elsewhere(password)).status).toBe(200);
  });
});
