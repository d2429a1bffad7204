import { Buffer } from 'node:buffer';
import type { AnsweredChallenge } from './passkey-challenges.js';
import type { RegistrationCredential } from './passkeys.bodies.js';
import type { RelyingParty } from './relying-party.js';
import { refused, type Verdict } from './verdict.js';

/** COSE: ES256 and EdDSA. ASVS 5.0 appendix C has no place for RS256, which authenticators offer most often besides. */
export const ALGORITHMS = [-7, -8];

export interface NewCredential {
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: bigint;
  readonly transports: readonly string[];
  readonly isBackedUp: boolean;
}

interface RegistrationFacts {
  readonly credential: RegistrationCredential;
  /** Undefined when there was none to redeem. */
  readonly challenge: AnsweredChallenge | undefined;
  /** Who registers. */
  readonly userId: string;
}

/** Whether this is a new passkey for this person (Level 3 §7.1). Whatever cannot be read is refused. @control A1.2 */
export async function evaluateRegistration(
  { credential, challenge, userId }: RegistrationFacts,
  relyingParty: RelyingParty,
): Promise<Verdict<{ readonly passkey: NewCredential }>> {
  if (challenge === undefined) return refused('challenge-invalid');
  if (challenge.userId !== userId) return refused('challenge-of-somebody-else');
  if (challenge.isCrossOrigin) return refused('cross-origin');
  const { id: claimedId, rawId, type, response } = credential;
  // With the first passkey: a server that starts does not wait for it.
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    if (await hasCertificates(response.attestationObject)) return refused('attestation-not-asked-for');
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { id: claimedId, rawId, type, response, clientExtensionResults: {} },
      expectedChallenge: challenge.challenge,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (registrationInfo === undefined) return refused('attestation-invalid');
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    if (id !== claimedId) return refused('credential-id-mismatch');
    const credentialId = Buffer.from(id, 'base64url');
    const isBackedUp = registrationInfo.credentialBackedUp;
    return { allowed: true, passkey: { credentialId, publicKey, counter: BigInt(counter), transports, isBackedUp } };
  } catch (cause) {
    // The library throws an Error for each rule that is broken, and for input that it cannot decode (fails closed).
    return refused('registration-invalid', cause);
  }
}

/**
 * We ask for no attestation, so a browser leaves `none`, or `packed` that the passkey has signed itself (Level 3 §5.1.3).
 * Everything else brings certificates, whose revocation lists the library would fetch from wherever they say (CWE-918).
 */
async function hasCertificates(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const decoded = decodeAttestationObject(Buffer.from(attestationObject, 'base64url'));
  const format = decoded.get('fmt');
  return format === 'packed' ? decoded.get('attStmt').get('x5c') !== undefined : format !== 'none';
}
