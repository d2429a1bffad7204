import fc from 'fast-check';
import { expect } from 'vitest';
import type { ErrorCode } from '../../src/platform/errors/index.js';
import type { Answer } from './caller.ts';
import { expectProblem } from './problem.ts';
import { expectAgreement, type SignInModel, type SignInWorld } from './sign-in-world.ts';

type Step = (model: SignInModel, world: SignInWorld, chosen: number) => Promise<void>;

/** One of the numbers in question, whatever number fast-check comes up with. */
type Candidates = (model: SignInModel) => Iterable<number>;

/** In seconds. Access tokens live for ten minutes: how they end is the subject of other tests. */
const LAST = 570;

const anyTime: Candidates = () => [0];
const live: Candidates = (model) => model.live.keys();
const over: Candidates = (model) => model.over;
const fewWrongCodes = (model: SignInModel) => model.wrong.codes < 4;

/** Challenges that somebody with a confirmed factor can answer now. */
const open: Candidates = (model) =>
  model.factor !== 'confirmed'
    ? []
    : [...model.open].filter(([, { since, tries }]) => tries < 5 && model.time - since < 270).map(([name]) => name);

/** How often each command has run: a model that runs nothing proves nothing. */
export const ran = new Map<string, number>();

function command(name: string, among: Candidates, step: Step, may: (model: SignInModel) => boolean = () => true) {
  return fc.nat(99).map((pick) => ({
    check: (model: Readonly<SignInModel>) => model.time < LAST && may(model) && [...among(model)].length > 0,
    run: async (model: SignInModel, world: SignInWorld) => {
      ran.set(name, (ran.get(name) ?? 0) + 1);
      const candidates = [...among(model)];
      await step(model, world, candidates[pick % candidates.length] ?? 0);
      await expectAgreement(model, world);
    },
    toString: () => `${name}(${pick})`,
  }));
}

function refused(answer: Answer, code: ErrorCode): void {
  expectProblem(answer, code);
}

function begins(model: SignInModel, world: SignInWorld, answer: Answer): void {
  model.live.set(world.keep(answer), model.time);
}

function ends(model: SignInModel, session: number): void {
  model.live.delete(session);
  model.over.add(session);
}

function wrongAnswer(model: SignInModel, challenge: number): void {
  model.wrong.codes += 1;
  const state = model.open.get(challenge);
  if (state !== undefined) state.tries += 1;
}

function rightAnswer(model: SignInModel, challenge: number): void {
  model.wrong.codes = 0;
  model.open.delete(challenge);
  model.answered.add(challenge);
}

const isStale = (model: SignInModel, session: number) => model.time - (model.live.get(session) ?? 0) > 300;

/** What a change of factors is answered with when the proof is too old, or the state does not have it. */
async function unlessRefused(
  answer: Answer,
  reasons: readonly (readonly [boolean, ErrorCode])[],
  change: () => void | Promise<void>,
): Promise<void> {
  const reason = reasons.find(([applies]) => applies);
  if (reason === undefined) return change();
  refused(answer, reason[1]);
}

const login: Step = async (model, world) => {
  const answer = await world.login();
  model.wrong.passwords = 0;
  if (model.factor !== 'confirmed') return begins(model, world, answer);
  expect(answer.body, answer.text).toMatchObject({ mfaRequired: true });
  expect(answer.body).not.toHaveProperty('accessToken');
  const challenge = world.challenges.push(String(answer.body['challengeToken'])) - 1;
  model.open.set(challenge, { since: model.time, tries: 0 });
};

const confirm: Step = async (model, world, session) => {
  world.tick(model);
  const stale = isStale(model, session);
  const code = world.secret === '' ? '000000' : world.rightCode();
  const answer = await world.as(session).post('/v1/me/mfa/totp/confirm', { code });
  const reasons = [
    [stale, 'step-up-required'],
    [model.factor === 'none', 'invalid-code'],
    [model.factor === 'confirmed', 'conflict'],
  ] as const;
  await unlessRefused(answer, reasons, () => {
    world.replaceAccessToken(session, answer);
    world.recoveryCodes = answer.body['recoveryCodes'] as string[];
    for (const other of model.live.keys()) if (other !== session) ends(model, other);
    model.live.set(session, model.time);
    model.factor = 'confirmed';
    model.recoveryCodes = 10;
    model.wrong.codes = 0;
    world.usedRecoveryCode = '';
  });
};

const begin: Step = async (model, world, session) => {
  const answer = await world.as(session).post('/v1/me/mfa/totp');
  const reasons = [
    [isStale(model, session), 'step-up-required'],
    [model.factor === 'confirmed', 'conflict'],
  ] as const;
  await unlessRefused(answer, reasons, () => {
    expect(answer.status, answer.text).toBe(201);
    world.secret = String(answer.body['secret']);
    model.factor = 'begun';
  });
};

const remove: Step = async (model, world, session) => {
  const answer = await world.as(session).delete('/v1/me/mfa/totp');
  const reasons = [
    [isStale(model, session), 'step-up-required'],
    [model.factor !== 'confirmed', 'not-found'],
  ] as const;
  await unlessRefused(answer, reasons, () => {
    expect(answer.status, answer.text).toBe(204);
    model.factor = 'none';
    model.recoveryCodes = 0;
  });
};

const stepUp: Step = async (model, world, session) => {
  const isWithCode = model.factor === 'confirmed';
  if (isWithCode) world.tick(model);
  const { password } = world.member;
  const proof = isWithCode ? { method: 'totp', code: world.rightCode() } : { password };
  world.replaceAccessToken(session, await world.as(session).post('/v1/auth/step-up', proof));
  model.live.set(session, model.time);
  if (isWithCode) model.wrong.codes = 0;
  else model.wrong.passwords = 0;
};

const answerRight: Step = async (model, world, challenge) => {
  world.tick(model);
  begins(model, world, await world.answer(challenge, world.rightCode()));
  rightAnswer(model, challenge);
};

const answerWithUsedCode: Step = async (model, world, challenge) => {
  world.tick(model);
  const code = world.rightCode();
  const second = [...open(model)].find((name) => name !== challenge);
  begins(model, world, await world.answer(challenge, code));
  rightAnswer(model, challenge);
  if (second === undefined) return;
  refused(await world.answer(second, code), 'invalid-code');
  wrongAnswer(model, second);
};

const answerWithRecoveryCode: Step = async (model, world, challenge) => {
  const [code = '', ...left] = world.recoveryCodes;
  begins(model, world, await world.answer(challenge, code, 'recovery_code'));
  rightAnswer(model, challenge);
  Object.assign(world, { recoveryCodes: left, usedRecoveryCode: code });
  model.recoveryCodes -= 1;
};

const refresh: Step = async (model, world, session) => {
  const used = world.sessions[session]?.refreshToken ?? '';
  const answer = await world.refresh(used);
  world.sessions.splice(session, 1, world.sessions[world.keep(answer)] ?? { accessToken: '', refreshToken: '' });
  world.sessions.pop();
  world.usedRefreshTokens[session] = used;
  model.refreshed.add(session);
};

const logout: Step = async (model, world, session) => {
  const answer = await world.as(session).post('/v1/auth/logout');
  expect(answer.status, answer.text).toBe(204);
  ends(model, session);
};

const refuseWith =
  (code: ErrorCode, call: (world: SignInWorld, chosen: number) => Promise<Answer>): Step =>
  async (_model, world, chosen) =>
    refused(await call(world, chosen), code);

/** Right steps, and the same ones skipped, repeated or with what belongs to somebody else. */
export const commands = [
  command('login', anyTime, login),
  command('login', anyTime, login),
  command('login', anyTime, login),
  command('begin', live, begin),
  command('begin', live, begin),
  command('confirm', live, confirm),
  command('confirm', live, confirm),
  command('confirm', live, confirm),
  command('remove', live, remove),
  command('stepUp', live, stepUp),
  command('refresh', live, refresh),
  command('answer', open, answerRight),
  command('answerWithUsedCode', open, answerWithUsedCode),
  command('answerWithRecoveryCode', open, answerWithRecoveryCode, (model) => model.recoveryCodes > 0),
  command('logout', live, logout),
  command(
    'wrongPassword',
    anyTime,
    async (model, world) => {
      refused(await world.login('wrong'), 'invalid-credentials');
      model.wrong.passwords += 1;
    },
    (model) => model.wrong.passwords < 4,
  ),
  command(
    'answerWrong',
    open,
    async (model, world, challenge) => {
      refused(await world.answer(challenge, world.wrongCode()), 'invalid-code');
      wrongAnswer(model, challenge);
    },
    fewWrongCodes,
  ),
  command(
    'answerWithUsedRecoveryCode',
    open,
    async (model, world, challenge) => {
      refused(await world.answer(challenge, world.usedRecoveryCode, 'recovery_code'), 'invalid-code');
      wrongAnswer(model, challenge);
    },
    (model) => fewWrongCodes(model) && model.recoveryCodes > 0 && model.recoveryCodes < 10,
  ),
  command(
    'answerStranger',
    anyTime,
    async (model, world) => {
      refused(await world.answerStranger(world.rightCode()), 'invalid-code');
      model.wrong.strangers += 1;
    },
    (model) => model.factor === 'confirmed' && model.wrong.strangers < 4,
  ),
  command(
    'answerAgain',
    (model) => model.answered,
    async (model, world, challenge) => {
      world.tick(model);
      refused(await world.answer(challenge, world.rightCode()), 'invalid-code');
    },
    (model) => model.factor === 'confirmed',
  ),
  command(
    'stepUpWithPassword',
    live,
    refuseWith('validation-failed', (world, session) =>
      world.as(session).post('/v1/auth/step-up', { password: world.member.password }),
    ),
    (model) => model.factor === 'confirmed',
  ),
  command(
    'reuseRefreshToken',
    (model) => [...model.refreshed].filter((session) => model.live.has(session)),
    async (model, world, session) => {
      refused(await world.refresh(world.usedRefreshTokens[session]), 'invalid-refresh-token');
      ends(model, session);
    },
  ),
  command(
    'refreshEnded',
    over,
    refuseWith('invalid-refresh-token', (world, session) => world.refresh(world.sessions[session]?.refreshToken)),
  ),
  command(
    'confirmInEnded',
    over,
    refuseWith('unauthenticated', (world, session) =>
      world.as(session).post('/v1/me/mfa/totp/confirm', { code: '000000' }),
    ),
  ),
  command(
    'removeInEnded',
    over,
    refuseWith('unauthenticated', (world, session) => world.as(session).delete('/v1/me/mfa/totp')),
  ),
];
