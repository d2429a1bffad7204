import { describe, expect, it } from 'vitest';
import type { SigningKeys } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import type { AccessTokenClaims } from './access-token.js';
import { VerifiedTokens } from './verified-tokens.js';

class HandClock extends Clock {
  seconds = 1_800_000_000;
  override now(): Date {
    return new Date(this.seconds * 1000);
  }
}

const clock = new HandClock();
const claims = { exp: clock.seconds + 300 } as AccessTokenClaims;

/** The ring: which key an unreadable header names does not matter here. */
const ring = { holdsTheKey: true };
const keys = { publicKeyPem: () => (ring.holdsTheKey ? 'pem' : undefined) } as unknown as SigningKeys;

function remembering(...tokens: string[]): VerifiedTokens {
  const verified = new VerifiedTokens(clock, keys);
  for (const token of tokens) verified.remember(token, claims);
  return verified;
}

describe('the memory of verified tokens', () => {
  it('knows a token by its exact bytes', () => {
    const verified = remembering('head.body.signature');
    expect(verified.find('head.body.signature')).toBe(claims);
  });

  it.each(['', 'head.body', 'head.body.signaturE', 'head.body.signature=', ' head.body.signature', 'head.body.'])(
    'B13.1 knows nothing of the token "%s" that resembles it',
    (token) => {
      expect(remembering('head.body.signature').find(token)).toBeUndefined();
    },
  );

  it.each([
    ['before it expires', 299, true],
    ['within the tolerance', 304, true],
    ['when the tolerance has passed', 305, false],
    ['a day later', 86_400, false],
  ])('A13.2 judges a token %s', (_when, later, isKnown) => {
    const verified = remembering('t');
    const before = clock.seconds;
    clock.seconds += later;
    expect(verified.find('t') !== undefined).toBe(isKnown);
    clock.seconds = before;
    // What has expired is forgotten, not only hidden.
    expect(verified.find('t') !== undefined).toBe(isKnown);
  });

  it('A5.4 forgets a token whose key has left the ring', () => {
    const verified = remembering('t');
    ring.holdsTheKey = false;
    expect(verified.find('t')).toBeUndefined();
    ring.holdsTheKey = true;
    expect(verified.find('t')).toBeUndefined();
  });

  it('A3.2 holds a bounded number of tokens', () => {
    const tokens = Array.from({ length: 6000 }, (_, index) => `t${index}`);
    const verified = remembering(...tokens);
    expect(tokens.filter((token) => verified.find(token) !== undefined)).toHaveLength(5000);
  });
});
