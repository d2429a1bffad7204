import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Secret } from '../../platform/config/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import {
  CodeRefused,
  SecondFactors,
  secondFactorSubject,
  type CodeMethod,
  type SecondFactorMethod,
} from '../mfa/index.js';
import { OneTimeTokens, type OneTimeKind } from '../one-time-tokens/index.js';
import type { Device, SessionTokens } from '../sessions/index.js';
import { SignIn } from './sign-in.service.js';

/** Codes that may be tried with one challenge. */
const TRIES = 5;

const contextSchema = z.object({ organizationId: z.uuid().optional(), amr: z.array(z.string()) });
type Context = z.output<typeof contextSchema>;

/** Says that the first factor was right. It is no access token: it opens POST /v1/auth/mfa and nothing else. @control A1.2 */
const challengeKind: OneTimeKind<Context> = {
  purpose: 'second_factor',
  ttlSeconds: 300,
  context: contextSchema,
  // Two browsers of one person may be half-way at the same time.
  replacesOlder: false,
};

interface Answer {
  readonly challengeToken: string;
  readonly method: CodeMethod;
  readonly code: string;
}

/** The second step of a sign-in. */
@Injectable()
export class SecondFactorChallenge {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly secondFactors: SecondFactors,
    private readonly guesses: GuessLimiter,
    private readonly signIn: SignIn,
    private readonly work: UnitOfWork,
  ) {}

  async issue(userId: string, methods: readonly SecondFactorMethod[], context: Context) {
    const token = await this.tokens.issue(challengeKind, { userId, context });
    return { mfaRequired: true, challengeToken: token.reveal(), methods, expiresIn: challengeKind.ttlSeconds };
  }

  /**
   * Throws `CodeRefused`, whatever was wrong. Code, challenge and session are one change: of parallel answers one signs in,
   * and the others leave their codes unused.
   */
  async answer({ challengeToken, method, code }: Answer, device: Device): Promise<SessionTokens> {
    const token = new Secret(challengeToken);
    const address = addressSubject(device.ip);
    const challenge = await this.guesses.attempt([address], () => this.tokens.spendTry(challengeKind, token, TRIES));
    if (challenge?.userId === undefined) throw new CodeRefused();
    const { userId, context } = challenge;
    const tokens = await this.guesses.attempt([secondFactorSubject(userId), address], () =>
      this.work.run(async () => {
        const proved = await this.secondFactors.verify(userId, { method, code });
        if (proved === undefined) return undefined;
        const isFirst = await this.tokens.tryRedeem(challengeKind, token);
        if (isFirst === undefined) throw new CodeRefused();
        const amr = [...context.amr, ...proved];
        return this.signIn.complete({ userId, organizationId: context.organizationId, amr, device });
      }),
    );
    if (tokens === undefined) throw new CodeRefused();
    return tokens;
  }
}
