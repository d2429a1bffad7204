import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { PROOF_OF_POSSESSION, type Actor } from '../../platform/access/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import type { Page } from '../../platform/serialization/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import { FactorChanges } from '../mfa/index.js';
import { UsersRepository } from '../users/index.js';
import { ALGORITHMS, evaluateRegistration } from './evaluate-registration.js';
import { CHALLENGE_TTL_SECONDS, PasskeyChallenges, registrationChallenge } from './passkey-challenges.js';
import type { RegisterPasskeyBody } from './passkeys.bodies.js';
import { RegistrationRefused } from './passkeys.errors.js';
import { PasskeysRepository, type ListedPasskey } from './passkeys.repository.js';
import type { PasskeyCreationOptionsView } from './passkeys.views.js';
import { RELYING_PARTY_NAME, RelyingParty } from './relying-party.js';
import { userHandleOf } from './user-handle.js';
import { refused } from './verdict.js';

/** For the mail. Not the label: the text of a mail from us is ours. */
const NAME = 'a passkey';

/** The caller's own passkeys. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly challenges: PasskeyChallenges,
    private readonly relyingParty: RelyingParty,
    private readonly users: UsersRepository,
    private readonly changes: FactorChanges,
    private readonly work: UnitOfWork,
  ) {}

  /** What a browser needs to make a passkey that works without a password: discoverable, and unlocked by its person. */
  async beginRegistration(actor: Actor): Promise<PasskeyCreationOptionsView> {
    const userId = userIdOf(actor);
    const profile = await this.users.findProfile(userId);
    if (profile === undefined) throw new ResourceNotFound();
    const credentials = await this.passkeys.credentialsOf(userId);
    return {
      challenge: await this.challenges.issue(registrationChallenge, userId),
      rp: { id: this.relyingParty.id, name: RELYING_PARTY_NAME },
      user: { id: userHandleOf(userId), name: profile.email, displayName: profile.displayName },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      timeout: CHALLENGE_TTL_SECONDS * 1000,
      excludeCredentials: credentials.map(({ credentialId, transports }) => ({
        type: 'public-key',
        id: Buffer.from(credentialId).toString('base64url'),
        transports,
      })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    };
  }

  /** Throws `RegistrationRefused`: after the transaction and not in it, so that a wrong answer uses up its challenge too. */
  async register(actor: Actor, { label, credential }: RegisterPasskeyBody) {
    const userId = userIdOf(actor);
    const outcome = await this.work.run(async () => {
      const challenge = await this.challenges.redeem(registrationChallenge, credential.response.clientDataJSON);
      const verdict = await evaluateRegistration({ credential, challenge, userId }, this.relyingParty);
      if (!verdict.allowed) return verdict;
      const passkey = await this.passkeys.add({ ...verdict.passkey, userId, label });
      if (passkey === undefined) return refused('credential-registered-already');
      const proof = { userId, name: NAME, proof: PROOF_OF_POSSESSION };
      const { tokenType, accessToken, expiresIn } = await this.changes.added(actor, proof);
      return { allowed: true as const, registered: { tokenType, accessToken, expiresIn, passkey } };
    });
    if (!outcome.allowed) throw new RegistrationRefused({ reason: outcome.reason, cause: outcome.cause, userId });
    return outcome.registered;
  }

  list(actor: Actor, query: PageQuery): Promise<Page<ListedPasskey>> {
    return this.passkeys.listOf(userIdOf(actor), query);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    const userId = userIdOf(actor);
    await this.work.run(async () => {
      if (!(await this.passkeys.isOf(userId, id))) throw new ResourceNotFound();
      await this.changes.refuseRemovingLast(actor, userId);
      if (!(await this.passkeys.remove(userId, id))) throw new ResourceNotFound();
      await this.changes.removed(userId, NAME);
    });
  }
}

/** Passkeys are of people: an API key has none. */
function userIdOf({ userId }: Actor): string {
  if (userId === undefined) throw new ResourceNotFound();
  return userId;
}
