import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'vitest';
import { Caller, type Answer } from './caller.ts';
import type { StoppedClock } from './clock.ts';
import type { Member, Tokens } from './organization.ts';
import { expectProblem } from './problem.ts';
import { answerChallenge, challengeOf, claimsOf, tokensOf, totpCode } from './second-factor.ts';

/** What must be true of one person. Sessions and challenges are numbered from zero; times are seconds since the beginning. */
export interface SignInModel {
  time: number;
  factor: 'none' | 'begun' | 'confirmed';
  recoveryCodes: number;
  /** When the person last proved who they are, for each live session. */
  readonly live: Map<number, number>;
  readonly over: Set<number>;
  /** Those that can be answered: when they were issued, and how many answers they have had. */
  readonly open: Map<number, { since: number; tries: number }>;
  readonly answered: Set<number>;
  readonly refreshed: Set<number>;
  /** In a row, of each kind: beyond four the limits have their say, which is the subject of other tests. */
  readonly wrong: { passwords: number; codes: number; strangers: number };
}

export function newModel(): SignInModel {
  return {
    time: 0,
    factor: 'none',
    recoveryCodes: 0,
    live: new Map(),
    over: new Set(),
    open: new Map(),
    answered: new Set(),
    refreshed: new Set(),
    wrong: { passwords: 0, codes: 0, strangers: 0 },
  };
}

/** The same person in the application. */
export class SignInWorld {
  readonly sessions: Tokens[] = [];
  readonly usedRefreshTokens: string[] = [];
  readonly challenges: string[] = [];
  recoveryCodes: string[] = [];
  usedRecoveryCode = '';
  secret = '';

  constructor(
    private readonly app: NestFastifyApplication,
    private readonly clock: StoppedClock,
    readonly member: Member,
    private readonly stranger: Member,
  ) {}

  /** On to the next one-time password. */
  tick(model: SignInModel): void {
    this.clock.advance(30);
    model.time += 30;
  }

  as(session: number): Caller {
    return new Caller(this.app, this.sessions[session]?.accessToken);
  }

  login(password = this.member.password): Promise<Answer> {
    return new Caller(this.app).post('/v1/auth/login', { email: this.member.email, password });
  }

  refresh(refreshToken: string | undefined): Promise<Answer> {
    return new Caller(this.app).post('/v1/auth/refresh', { refreshToken });
  }

  rightCode(): string {
    return totpCode(this.secret, this.clock.now);
  }

  wrongCode(): string {
    return this.secret !== '' && this.rightCode() === '000000' ? '000001' : '000000';
  }

  answer(challenge: number, code: string, method: 'totp' | 'recovery_code' = 'totp'): Promise<Answer> {
    return answerChallenge(this.app, this.challenges[challenge] ?? '', { method, code });
  }

  async answerStranger(code: string): Promise<Answer> {
    return answerChallenge(this.app, await challengeOf(this.app, this.stranger), { method: 'totp', code });
  }

  /** The number of the new session. */
  keep(answer: Answer): number {
    expectSuccess(answer);
    return this.sessions.push(tokensOf(answer)) - 1;
  }

  replaceAccessToken(session: number, answer: Answer): void {
    expectSuccess(answer);
    const { refreshToken = '' } = this.sessions[session] ?? {};
    this.sessions[session] = { refreshToken, accessToken: String(answer.body['accessToken']) };
  }
}

function expectSuccess({ status, text }: Answer): void {
  expect(status, text).toBe(200);
}

/** Every session is live exactly when the model says so, and a live one sees all of them. */
export async function expectAgreement({ live, over }: SignInModel, world: SignInWorld): Promise<void> {
  for (const session of over) expectProblem(await world.as(session).get('/v1/me'), 'unauthenticated');
  const idOf = (session: number) => String(claimsOf(world.sessions[session]?.accessToken)['sid']);
  const expected = [...live.keys()].map(idOf).toSorted();
  for (const session of live.keys()) {
    const answer = await world.as(session).get('/v1/me/sessions?limit=50');
    expectSuccess(answer);
    expect((answer.body['items'] as { id: string }[]).map(({ id }) => id).toSorted()).toEqual(expected);
  }
}
