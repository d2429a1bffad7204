import { Injectable } from '@nestjs/common';
import { MULTIPLE_FACTORS, RoleTable, type Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { SessionsService, type AccessToken } from '../sessions/index.js';
import { Notices } from '../users/index.js';
import { LastFactor } from './mfa.errors.js';
import { factorAdded, factorRemoved, recoveryCodesRenewed } from './mfa.mails.js';
import { MfaRepository } from './mfa.repository.js';

interface AddedFactor {
  readonly userId: string;
  /** For the mail: `an authenticator app`. */
  readonly name: string;
  /** What the person has just proved with it (RFC 8176). */
  readonly proof: string;
}

/** What follows when a second factor comes or goes, whichever it is. @control A1.6 */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly factors: MfaRepository,
    private readonly sessions: SessionsService,
    private readonly roles: RoleTable,
    private readonly notices: Notices,
    private readonly events: SecurityEvents,
  ) {}

  /**
   * The session of the caller rises to the new level at once. Sessions that were opened with less end: from here on a live
   * session has a second factor exactly when its person has one. Belongs into the transaction that adds the factor.
   */
  async added(actor: Actor, { userId, name, proof }: AddedFactor): Promise<AccessToken> {
    await this.factors.lock(userId);
    // Counted, not read from the session: it may remember a factor that was removed, and others were opened since.
    const { totp, passkeys } = await this.factors.countFactors(userId);
    if (totp + passkeys === 1) await this.sessions.endAllOf(userId, actor.sessionId);
    await this.events.record({
      name: 'authn_mfa_enrolled',
      target: { type: 'user', ids: [userId] },
      facts: { factor: name },
    });
    await this.notices.tell(userId, factorAdded(name));
    return this.sessions.proveAgain(actor, [...new Set([...actor.amr, proof, MULTIPLE_FACTORS])]);
  }

  /** Throws `LastFactor` when the caller's role needs a second factor and only one is left. Belongs before the removal, in its transaction. */
  async refuseRemovingLast(actor: Actor, userId: string): Promise<void> {
    await this.factors.lock(userId);
    const { totp, passkeys } = await this.factors.countFactors(userId);
    const isNeeded = actor.role !== undefined && this.roles.needsSecondFactor(actor.role);
    if (isNeeded && totp + passkeys <= 1) throw new LastFactor();
  }

  /** Recovery codes go with the last factor: they recover nothing any more. */
  async removed(userId: string, name: string): Promise<void> {
    const { totp, passkeys } = await this.factors.countFactors(userId);
    if (totp + passkeys === 0) await this.factors.removeRecoveryCodes(userId);
    await this.events.record({
      name: 'authn_mfa_removed',
      target: { type: 'user', ids: [userId] },
      facts: { factor: name },
    });
    await this.notices.tell(userId, factorRemoved(name));
  }

  async codesRenewed(userId: string): Promise<void> {
    const target = { type: 'user', ids: [userId] };
    await this.events.record({ name: 'user_updated', reason: 'recovery-codes-renewed', target });
    await this.notices.tell(userId, recoveryCodesRenewed());
  }
}
