import { Buffer } from 'node:buffer';

/** The user's id as WebAuthn's user handle: 16 bytes that say nothing about the person (Level 3 §14.6.1), in base64url. */
export function userHandleOf(userId: string): string {
  return Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');
}
