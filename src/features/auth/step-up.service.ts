import { Injectable } from '@nestjs/common';
import { PASSWORD, type Actor } from '../../platform/access/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import type { Client } from '../../platform/http/index.js';
import { CodeRefused, SecondFactors, secondFactorSubject } from '../mfa/index.js';
import { deviceOf, SessionsService, type AccessToken } from '../sessions/index.js';
import { UsersRepository } from '../users/index.js';
import { PasskeyAssertions, PasskeyRefused, PROVED_BY_PASSKEY, type AssertionCredential } from '../passkeys/index.js';
import type { StepUpBody } from './auth.bodies.js';
import { InvalidCredentials, ProofMissing } from './auth.errors.js';
import { Passwords } from './passwords.js';

/** Proving again who one is, within a session (RFC 9470). Nothing less than the highest level that the person can reach. @control A1.5 */
@Injectable()
export class StepUpService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly passkeys: PasskeyAssertions,
    private readonly guesses: GuessLimiter,
    private readonly sessions: SessionsService,
  ) {}

  /** Throws `ProofMissing`, `CodeRefused`, `PasskeyRefused`, `InvalidCredentials` or `TooManyAttempts`. */
  async prove(actor: Actor, body: StepUpBody, client: Client): Promise<AccessToken> {
    if (actor.userId === undefined) throw new ResourceNotFound();
    const methods = await this.secondFactors.methodsOf(actor.userId);
    const proved =
      methods.length > 0
        ? await this.proveSecondFactor(actor.userId, body, client)
        : await this.provePassword(actor.userId, body, client);
    return this.sessions.proveAgain(actor, [...new Set([...actor.amr, ...proved])]);
  }

  private async proveSecondFactor(
    userId: string,
    { method, code, passkey }: StepUpBody,
    client: Client,
  ): Promise<readonly string[]> {
    if (passkey !== undefined) return this.provePasskey(userId, passkey);
    if (method === undefined) throw new ProofMissing('method');
    if (code === undefined) throw new ProofMissing('code');
    const subjects = [secondFactorSubject(userId), addressSubject(client.ip)];
    const proved = await this.guesses.attempt(subjects, () => this.secondFactors.verify(userId, { method, code }));
    if (proved === undefined) throw new CodeRefused();
    return proved;
  }

  private async provePasskey(userId: string, credential: AssertionCredential): Promise<readonly string[]> {
    const proved = await this.passkeys.verify(credential);
    if (proved.userId !== userId) throw new PasskeyRefused({ reason: 'another-person', userId });
    return PROVED_BY_PASSKEY;
  }

  private async provePassword(userId: string, { password }: StepUpBody, client: Client): Promise<readonly string[]> {
    if (password === undefined) throw new ProofMissing('password');
    const profile = await this.users.findContact(userId);
    if (profile === undefined) throw new ResourceNotFound();
    const account = await this.passwords.verify({ email: profile.email, password, device: deviceOf(client) });
    if (account === undefined) throw new InvalidCredentials();
    return [PASSWORD];
  }
}
