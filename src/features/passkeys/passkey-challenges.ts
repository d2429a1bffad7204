import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Secret } from '../../platform/config/index.js';
import { OneTimeTokens, type OneTimeKind } from '../one-time-tokens/index.js';
import { readClientData, type ClientData } from './client-data.js';

/** How long an answer may take, in seconds. Browsers are told the same (Level 3 §15.1: five to ten minutes). */
export const CHALLENGE_TTL_SECONDS = 300;

const nothing = z.object({});
type Kind = OneTimeKind<z.output<typeof nothing>>;

export const registrationChallenge: Kind = {
  purpose: 'passkey_registration',
  ttlSeconds: CHALLENGE_TTL_SECONDS,
  context: nothing,
  replacesOlder: true,
};

/** Of nobody: who signs in is known when the answer is there. */
export const signInChallenge: Kind = {
  purpose: 'passkey_sign_in',
  ttlSeconds: CHALLENGE_TTL_SECONDS,
  context: nothing,
  replacesOlder: false,
};

export interface AnsweredChallenge extends ClientData {
  /** Whom it was issued to; undefined for sign-in. */
  readonly userId: string | undefined;
}

/** Challenges are ours, random, of one purpose and for one answer, right or wrong (Level 3 §13.4.3). @control A1.2 */
@Injectable()
export class PasskeyChallenges {
  constructor(private readonly tokens: OneTimeTokens) {}

  /** 32 random bytes in base64url, which is what WebAuthn's JSON takes. */
  async issue(kind: Kind, userId?: string): Promise<string> {
    const token = await this.tokens.issue(kind, { userId, context: {} });
    return token.reveal();
  }

  /** Uses the challenge up that the client data answers. Undefined when it is not one of ours, not of this kind, used or too old. */
  async redeem(kind: Kind, clientDataJSON: string): Promise<AnsweredChallenge | undefined> {
    const data = readClientData(clientDataJSON);
    if (data === undefined) return undefined;
    const token = await this.tokens.tryRedeem(kind, new Secret(data.challenge));
    return token && { ...data, userId: token.userId };
  }
}
