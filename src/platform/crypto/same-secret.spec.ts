import { describe, expect, it } from 'vitest';
import { isSameSecret } from './same-secret.js';

describe('two secrets', () => {
  it.each([
    ['texts', 'correct horse', 'correct horse'],
    ['bytes', Buffer.from([1, 2]), Uint8Array.of(1, 2)],
    ['nothing', '', Buffer.alloc(0)],
  ])('are the same: %s', (_name, one, other) => {
    expect(isSameSecret(one, other)).toBe(true);
  });

  it.each([
    ['another end', 'correct horse', 'correct hors3'],
    ['a beginning', 'correct horse', 'correct'],
    ['another spelling', 'é', 'e\u0301'],
    ['nothing', Buffer.alloc(32), ''],
  ])('are not the same: %s', (_name, one, other) => {
    expect(isSameSecret(one, other)).toBe(false);
  });
});
