import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../config/index.js';
import { GuessEstimator } from './guess-estimator.js';
import { PasswordPolicy, PasswordRefused } from './password-policy.js';
import type { PwnedPasswords } from './pwned-passwords.js';

const field = { pointer: '#/newPassword', contextWords: ['ada@test.example'] };
const hasLeaked = vi.fn<PwnedPasswords['hasLeaked']>();
const policy = new PasswordPolicy(new GuessEstimator(), { hasLeaked } as unknown as PwnedPasswords);
const good = new Secret('correct horse battery');

const refusalOf = (password: string) =>
  policy.refuseUnfit(new Secret(password), field).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('A1.1 the password policy', () => {
  it.each([
    ['too-short', 'hunter2hunter2'],
    ['too-long', 'x'.repeat(129)],
    ['too-common', 'passwordpassword'],
    ['context-word', 'rampart-ada-2026'],
    ['not-storable', 'jqzvxkwpmfydgbt\uD83D'],
  ])('B8.4 names the rule "%s" and the field, and never the value', async (code, password) => {
    const error = await refusalOf(password);
    expect(error).toBeInstanceOf(PasswordRefused);
    expect(error).toMatchObject({ code: 'validation-failed', fields: [{ pointer: '#/newPassword', code }] });
    expect(inspect(error, { depth: 10 })).not.toContain(password);
  });

  it('shows nobody outside what it refuses by itself', async () => {
    hasLeaked.mockClear();
    for (const password of ['short', 'passwordpassword', 'rampart-ada-2026', 'x'.repeat(129)])
      await refusalOf(password);
    expect(hasLeaked).not.toHaveBeenCalled();
  });

  it('refuses what is known from a breach', async () => {
    hasLeaked.mockResolvedValue(true);
    expect(await refusalOf(good.reveal())).toMatchObject({ fields: [{ pointer: '#/newPassword', code: 'breached' }] });
  });

  it('lets the rest pass', async () => {
    hasLeaked.mockResolvedValue(false);
    await expect(policy.refuseUnfit(good, field)).resolves.toBeUndefined();
  });
});
