import { Injectable } from '@nestjs/common';
import { PASSWORD, type Actor } from '../../platform/access/index.js';
import { Secret } from '../../platform/config/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { deviceOf, SessionsService, type SessionTokens } from '../sessions/index.js';
import type { Client } from '../../platform/http/index.js';
import { SecondFactors } from '../mfa/index.js';
import type { LoginBody, RefreshBody, SecondFactorBody, SwitchOrganizationBody } from './auth.bodies.js';
import { InvalidCredentials } from './auth.errors.js';
import { Passwords } from './passwords.js';
import { SecondFactorChallenge } from './second-factor-challenge.js';
import { SignIn } from './sign-in.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly challenge: SecondFactorChallenge,
    private readonly signIn: SignIn,
    private readonly sessions: SessionsService,
    private readonly work: UnitOfWork,
  ) {}

  /** Signs in with a password, or asks people who have a second factor for it. @control A1.2 A1.3 */
  async login({ email, password, organizationId }: LoginBody, client: Client) {
    const device = deviceOf(client);
    const account = await this.passwords.verify({ email, password, device });
    if (account === undefined) throw new InvalidCredentials();
    return this.work.run(async () => {
      const methods = await this.secondFactors.methodsUntilCommit(account.id);
      if (methods.length > 0) return this.challenge.issue(account.id, methods, { organizationId, amr: [PASSWORD] });
      return this.signIn.complete({ userId: account.id, organizationId, amr: [PASSWORD], device });
    });
  }

  answerChallenge(body: SecondFactorBody, client: Client): Promise<SessionTokens> {
    return this.challenge.answer(body, deviceOf(client));
  }

  refresh({ refreshToken }: RefreshBody, client: Client): Promise<SessionTokens> {
    return this.sessions.refresh(new Secret(refreshToken), deviceOf(client));
  }

  /** The same proof, another organization: a session there, bound to the time of the proof; the one here ends. */
  async switchOrganization(actor: Actor, { organizationId }: SwitchOrganizationBody, client: Client) {
    if (actor.userId === undefined) throw new ResourceNotFound();
    await this.signIn.chooseOrganization(actor.userId, organizationId);
    return this.sessions.move(actor, organizationId, deviceOf(client));
  }
}
