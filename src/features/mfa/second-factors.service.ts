import { Injectable } from '@nestjs/common';
import { MULTIPLE_FACTORS, ONE_TIME_PASSWORD } from '../../platform/access/index.js';
import { Secret } from '../../platform/config/index.js';
import type { GuessSubject } from '../../platform/guessing/index.js';
import { Clock } from '../../platform/time/index.js';
import { MfaConfig } from './mfa.config.js';
import { MfaRepository } from './mfa.repository.js';
import { hashRecoveryCode } from './recovery-code.js';
import { matchedStep } from './totp.js';

/** What a person can answer a second-factor challenge with. */
export type SecondFactorMethod = 'totp' | 'recovery_code' | 'passkey';

/** Those that are typed: a passkey answers options of its own. */
export const CODE_METHODS = ['totp', 'recovery_code'] as const satisfies readonly SecondFactorMethod[];
export type CodeMethod = (typeof CODE_METHODS)[number];

export interface TypedCode {
  readonly method: CodeMethod;
  readonly code: string;
}

/** What wrong codes are counted against, besides the address. */
export function secondFactorSubject(userId: string): GuessSubject {
  return { kind: 'second-factor', id: userId, isShared: false };
}

/** Which second factors people have, and whether a typed code is one of them. @control A1.2 */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly factors: MfaRepository,
    private readonly config: MfaConfig,
    private readonly clock: Clock,
  ) {}

  /** Empty for somebody without a second factor: recovery codes alone are none. */
  async methodsOf(userId: string): Promise<readonly SecondFactorMethod[]> {
    const { totp, passkeys, recoveryCodes } = await this.factors.countFactors(userId);
    if (totp + passkeys === 0) return [];
    return [
      ...(totp > 0 ? ['totp' as const] : []),
      ...(recoveryCodes > 0 ? ['recovery_code' as const] : []),
      ...(passkeys > 0 ? ['passkey' as const] : []),
    ];
  }

  /** The same, and nobody adds or removes one before the transaction ends: a sign-in that decides by it is not overtaken. */
  async methodsUntilCommit(userId: string): Promise<readonly SecondFactorMethod[]> {
    await this.factors.lock(userId);
    return this.methodsOf(userId);
  }

  /** The `amr` values that the code adds, or undefined when it is wrong or used up. Limiting tries is up to the caller. */
  async verify(userId: string, { method, code }: TypedCode): Promise<readonly string[] | undefined> {
    const isRight = method === 'totp' ? await this.useTotp(userId, code) : await this.useRecoveryCode(userId, code);
    if (!isRight) return undefined;
    return method === 'totp' ? [ONE_TIME_PASSWORD, MULTIPLE_FACTORS] : [MULTIPLE_FACTORS];
  }

  private async useTotp(userId: string, code: string): Promise<boolean> {
    const factor = await this.factors.findTotp(userId);
    if (factor === undefined || !factor.isConfirmed) return false;
    const step = this.stepOf(factor.secret, code);
    return step !== undefined && this.factors.useStep(factor.id, step);
  }

  /** The time step of a code that is right now; whether it was used is another question. */
  stepOf(secret: Secret<string>, code: string): number | undefined {
    const previousSteps = this.config.values.TOTP_PREVIOUS_STEPS;
    return matchedStep(secret, code.replaceAll(/\s/g, ''), { now: this.clock.now(), previousSteps });
  }

  private useRecoveryCode(userId: string, code: string): Promise<boolean> {
    return this.factors.useRecoveryCode(userId, hashRecoveryCode(new Secret(code)));
  }
}
