import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { answerChallenge, challengeOf, totpCode } from '../support/second-factor.ts';

/**
 * Somebody who has the password guesses the six digits: all at once, with many challenges, from many addresses, or where
 * nobody counts (CWE-307; RFC 6238 §5.1 leaves limiting to the server).
 */
const app = useApp();
const second = useApp();
let organization: TestOrganization;
let victim: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(async () => {
  clock = new StoppedClock(app(), second());
  victim = await organization.addMember('clinician');
});

const rightCode = () => totpCode(String(victim.totpSecret), clock.now);

/** Six digits each, and none of them right. */
function wrongCodes(count: number): string[] {
  const right = rightCode();
  return Array.from({ length: count + 1 }, (_, i) => String(i).padStart(6, '0'))
    .filter((code) => code !== right)
    .slice(0, count);
}

function guess(challenge: string, code: string, on = app(), address?: string): Promise<Answer> {
  return answerChallenge(on, challenge, { method: 'totp', code }, address);
}

describe('A1.2 one challenge', () => {
  it('A7.4 takes five codes of 50 that come at once, and then not even the right one', async () => {
    const challenge = await challengeOf(app(), victim);
    const answers = await Promise.all(
      wrongCodes(50).map((code, i) => guess(challenge, code, i % 2 === 0 ? app() : second())),
    );
    expect(answers.filter(({ status }) => status === 200)).toEqual([]);
    for (const { status } of answers) expect([401, 429]).toContain(status);
    // The wait for further guesses at this person is over, so that it is the challenge that refuses.
    clock.advance(11);
    expectProblem(await guess(challenge, rightCode()), 'invalid-code');
    expect((await guess(await challengeOf(app(), victim), rightCode())).status).toBe(200);
  });

  it('takes a sixth code neither, when they come one after the other', async () => {
    const challenge = await challengeOf(app(), victim);
    for (const code of wrongCodes(5)) expectProblem(await guess(challenge, code), 'invalid-code');
    clock.advance(11);
    expectProblem(await guess(challenge, rightCode()), 'invalid-code');
  });
});

describe('A1.3 guesses at the codes of one person', () => {
  it('wait after five, however many challenges and addresses there are', async () => {
    for (const code of wrongCodes(5)) {
      expectProblem(await guess(await challengeOf(app(), victim), code), 'invalid-code');
    }
    const challenge = await challengeOf(app(), victim);
    const answer = await guess(challenge, rightCode());
    expectProblem(answer, 'too-many-attempts');
    expect(answer.headers['retry-after']).toBe('10');
    clock.advance(10);
    expect((await guess(challenge, rightCode())).status).toBe(200);
  });

  it('A7.4 are five of 30 that come at once with a challenge each, over two instances', async () => {
    const challenges: string[] = [];
    for (let i = 0; i < 30; i += 1) challenges.push(await challengeOf(app(), victim));
    const codes = wrongCodes(30);
    const answers = await Promise.all(
      challenges.map((challenge, i) => guess(challenge, codes[i] ?? '', i % 2 === 0 ? app() : second())),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(25);
  });

  it('are counted together at sign-in and step-up, and for recovery codes too', async () => {
    const person = await signIn(app(), victim);
    const [a = '', b = '', c = '', d = ''] = wrongCodes(4);
    for (const code of [a, b]) {
      expectProblem(await person.post('/v1/auth/step-up', { method: 'totp', code }), 'invalid-code');
    }
    for (const code of [c, d]) expectProblem(await guess(await challengeOf(app(), victim), code), 'invalid-code');
    const recovery = { method: 'recovery_code' as const, code: 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA' };
    expectProblem(await answerChallenge(app(), await challengeOf(app(), victim), recovery), 'invalid-code');
    expectProblem(await guess(await challengeOf(app(), victim), rightCode()), 'too-many-attempts');
    const elsewhere = new Caller(app(), person.accessToken);
    expectProblem(await elsewhere.post('/v1/auth/step-up', { method: 'totp', code: rightCode() }), 'too-many-attempts');
  });
});

describe('A1.3 guesses from one address', () => {
  it('wait after five, at whatever challenges they are made', async () => {
    const address = someAddress();
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await guess(String(i).repeat(43), '000000', app(), address), 'invalid-code');
    }
    const challenge = await challengeOf(app(), victim);
    expectProblem(await guess(challenge, rightCode(), app(), address), 'too-many-attempts');
    expect((await guess(challenge, rightCode())).status).toBe(200);
  });
});
