import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { MULTIPLE_FACTORS, PROOF_OF_POSSESSION } from '../../platform/access/index.js';
import { Clock } from '../../platform/time/index.js';
import { evaluateAssertion } from './evaluate-assertion.js';
import { CHALLENGE_TTL_SECONDS, PasskeyChallenges, signInChallenge } from './passkey-challenges.js';
import type { AssertionCredential } from './passkeys.bodies.js';
import { PasskeyCopied, PasskeyRefused } from './passkeys.errors.js';
import { PasskeysRepository } from './passkeys.repository.js';
import type { PasskeyRequestOptionsView } from './passkeys.views.js';
import { RelyingParty } from './relying-party.js';

/** What an accepted passkey has proved (RFC 8176): the person has its key, and has unlocked it. @control A1.2 */
export const PROVED_BY_PASSKEY = [PROOF_OF_POSSESSION, MULTIPLE_FACTORS];

/** Whose passkey answered. It was unlocked by its person, so it is two factors at once. */
export interface ProvedByPasskey {
  readonly userId: string;
}

/** Proving with a passkey who one is, to sign in or again. @control A1.2 */
@Injectable()
export class PasskeyAssertions {
  constructor(
    private readonly passkeys: PasskeysRepository,
    private readonly challenges: PasskeyChallenges,
    private readonly relyingParty: RelyingParty,
    private readonly clock: Clock,
  ) {}

  /** Asks nobody in particular: no list of credentials could tell which accounts there are (Level 3 §14.6.2). @control A1.3 */
  async options(): Promise<PasskeyRequestOptionsView> {
    return {
      challenge: await this.challenges.issue(signInChallenge),
      timeout: CHALLENGE_TTL_SECONDS * 1000,
      rpId: this.relyingParty.id,
      userVerification: 'required',
    };
  }

  /**
   * Throws `PasskeyRefused`, or `PasskeyCopied` when the counter has not grown. Not to be called inside of a transaction:
   * with its end by a refusal, the challenge would be there for another try.
   */
  async verify(credential: AssertionCredential): Promise<ProvedByPasskey> {
    const challenge = await this.challenges.redeem(signInChallenge, credential.response.clientDataJSON);
    const passkey = await this.passkeys.findByCredentialId(Buffer.from(credential.id, 'base64url'));
    const verdict = await evaluateAssertion({ credential, challenge, passkey }, this.relyingParty);
    if (!verdict.allowed) {
      throw new PasskeyRefused({ reason: verdict.reason, cause: verdict.cause, userId: passkey?.userId });
    }
    const { counter, isBackedUp } = verdict;
    const { id: passkeyId, userId } = verdict.passkey;
    const isNewest = await this.passkeys.use(passkeyId, { counter, isBackedUp, now: this.clock.now() });
    if (!isNewest) throw new PasskeyCopied({ passkeyId, userId });
    return { userId };
  }
}
