import type { Notice } from '../users/index.js';

/** Not the name of the key: the text of a mail from us is ours. */
export function keyMade(keyId: string): Notice {
  return {
    subject: 'An API key was made in your name',
    lines: [
      `It is the key ${keyId}, and it may act for you.`,
      'If this was not you: end it (DELETE /v1/api-keys/:id), and reset your',
      'password (POST /v1/auth/forgot-password), which ends all sessions.',
    ],
  };
}

export function keyEnds(keyId: string, expiresAt: Date): Notice {
  return {
    subject: 'An API key of yours will expire',
    lines: [
      `The key ${keyId} works until ${expiresAt.toISOString()}.`,
      'To replace it without a gap: POST /v1/api-keys/:id/rotate.',
    ],
  };
}
