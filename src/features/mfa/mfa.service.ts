import { Injectable } from '@nestjs/common';
import { ONE_TIME_PASSWORD, type Actor } from '../../platform/access/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import { Clock } from '../../platform/time/index.js';
import { UsersRepository } from '../users/index.js';
import { FactorChanges } from './factor-changes.js';
import { AlreadyEnrolled, CodeRefused } from './mfa.errors.js';
import { MfaRepository } from './mfa.repository.js';
import type { EnrolledView, RecoveryCodesView, TotpSecretView } from './mfa.views.js';
import { hashRecoveryCode, newRecoveryCode, RECOVERY_CODES } from './recovery-code.js';
import { SecondFactors, secondFactorSubject } from './second-factors.service.js';
import { newTotpSecret, otpauthUrl } from './totp.js';

const NAME = 'an authenticator app';

/** The caller's own authenticator and recovery codes. */
@Injectable()
export class MfaService {
  constructor(
    private readonly factors: MfaRepository,
    private readonly secondFactors: SecondFactors,
    private readonly changes: FactorChanges,
    private readonly users: UsersRepository,
    private readonly guesses: GuessLimiter,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Gives a secret that counts for nothing until a code from it has been confirmed. */
  async beginTotp(actor: Actor): Promise<TotpSecretView> {
    const userId = userIdOf(actor);
    const profile = await this.users.findContact(userId);
    if (profile === undefined) throw new ResourceNotFound();
    if ((await this.factors.findTotp(userId))?.isConfirmed === true) throw new AlreadyEnrolled();
    const secret = newTotpSecret();
    await this.factors.beginTotp(userId, secret);
    return { secret: secret.reveal(), otpauthUrl: otpauthUrl(secret, profile.email) };
  }

  /** The first right code makes it a factor. It is used up by that, like any other. */
  async confirmTotp(actor: Actor, code: string): Promise<EnrolledView> {
    const userId = userIdOf(actor);
    const factor = await this.factors.findTotp(userId);
    if (factor === undefined) throw new CodeRefused();
    if (factor.isConfirmed) throw new AlreadyEnrolled();
    const subjects = [secondFactorSubject(userId), addressSubject(actor.ip)];
    const step = await this.guesses.attempt(subjects, () =>
      Promise.resolve(this.secondFactors.stepOf(factor.secret, code)),
    );
    if (step === undefined) throw new CodeRefused();
    return this.work.run(async () => {
      const isConfirmed = await this.factors.confirmTotp(factor.id, step, this.clock.now());
      if (!isConfirmed) throw new AlreadyEnrolled();
      const recoveryCodes = await this.newRecoveryCodes(userId);
      return { ...(await this.changes.added(actor, { userId, name: NAME, proof: ONE_TIME_PASSWORD })), recoveryCodes };
    });
  }

  async removeTotp(actor: Actor): Promise<void> {
    const userId = userIdOf(actor);
    await this.work.run(async () => {
      await this.changes.refuseRemovingLast(actor, userId);
      const isRemoved = await this.factors.removeTotp(userId);
      if (!isRemoved) throw new ResourceNotFound();
      await this.changes.removed(userId, NAME);
    });
  }

  /** Ten new codes, shown once; the old ones are void. */
  async renewRecoveryCodes(actor: Actor): Promise<RecoveryCodesView> {
    const userId = userIdOf(actor);
    return this.work.run(async () => {
      const recoveryCodes = await this.newRecoveryCodes(userId);
      await this.changes.codesRenewed(userId);
      return { recoveryCodes };
    });
  }

  private async newRecoveryCodes(userId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await this.factors.replaceRecoveryCodes(userId, codes.map(hashRecoveryCode));
    return codes.map((code) => code.reveal());
  }
}

/** Factors are of people: an API key has none. */
function userIdOf({ userId }: Actor): string {
  if (userId === undefined) throw new ResourceNotFound();
  return userId;
}
