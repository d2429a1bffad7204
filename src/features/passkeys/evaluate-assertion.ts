import type { AnsweredChallenge } from './passkey-challenges.js';
import type { AssertionCredential } from './passkeys.bodies.js';
import type { StoredPasskey } from './passkeys.repository.js';
import type { RelyingParty } from './relying-party.js';
import { userHandleOf } from './user-handle.js';
import { refused, type Verdict } from './verdict.js';

interface AssertionFacts {
  readonly credential: AssertionCredential;
  /** Undefined when there was none to redeem. */
  readonly challenge: AnsweredChallenge | undefined;
  /** Undefined when the credential is unknown. */
  readonly passkey: StoredPasskey | undefined;
}

interface Proof {
  readonly passkey: StoredPasskey;
  readonly counter: bigint;
  readonly isBackedUp: boolean;
}

/**
 * Whether the person of the passkey has answered this challenge on a page of ours (Level 3 §7.2), but for the counter: that
 * is judged where it is stored. Whatever cannot be read is refused. @control A1.2
 */
export async function evaluateAssertion(
  { credential, challenge, passkey }: AssertionFacts,
  relyingParty: RelyingParty,
): Promise<Verdict<Proof>> {
  if (challenge === undefined) return refused('challenge-invalid');
  if (challenge.isCrossOrigin) return refused('cross-origin');
  if (passkey === undefined) return refused('credential-unknown');
  const { id, rawId, type, response } = credential;
  if (response.userHandle !== userHandleOf(passkey.userId)) return refused('user-handle-mismatch');
  if (passkey.isSuspended) return refused('suspended');
  // With the first passkey: a server that starts does not wait for it.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { id, rawId, type, response, clientExtensionResults: {} },
      expectedChallenge: challenge.challenge,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      // The library would look at the counter before the signature: then anybody could raise the alarm of a copied passkey.
      credential: { id, publicKey: passkey.publicKey, counter: 0 },
    });
    if (!verified) return refused('signature-wrong');
    const { newCounter, credentialBackedUp: isBackedUp } = authenticationInfo;
    return { allowed: true, passkey, counter: BigInt(newCounter), isBackedUp };
  } catch (cause) {
    // The library throws an Error for each rule that is broken, and for input that it cannot decode (fails closed).
    return refused('assertion-invalid', cause);
  }
}
