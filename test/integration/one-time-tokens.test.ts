import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { OneTimeTokenInvalid, OneTimeTokens, type OneTimeKind } from '../../src/features/one-time-tokens/index.js';
import { Secret } from '../../src/platform/config/index.js';
import { hashOpaqueToken } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { TestOrganization } from '../support/organization.ts';
import { asOwner } from './open-database.ts';

const app = useApp();
let tokens: OneTimeTokens;
let userId: string;
let otherId: string;

beforeAll(async () => {
  tokens = app().get(OneTimeTokens);
});
beforeEach(async () => {
  const organization = await TestOrganization.create(app());
  userId = (await organization.addMember('patient')).userId;
  otherId = (await organization.addMember('patient')).userId;
});
afterAll(() => vi.restoreAllMocks());

const context = z.object({ note: z.string() });
type Context = z.output<typeof context>;
const reset: OneTimeKind<Context> = { purpose: 'reset_password', ttlSeconds: 60, context, replacesOlder: true };
const signUp: OneTimeKind<Context> = { purpose: 'sign_up', ttlSeconds: 60, context, replacesOlder: false };
const note = { note: 'the quick brown fox' };

function at(seconds: number): void {
  vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + seconds * 1000));
}

describe('a one-time token', () => {
  it('A1.2 is 256 random bits, and gives what it remembers to the first who redeems it', async () => {
    const [token, other] = [
      await tokens.issue(reset, { userId, context: note }),
      await tokens.issue(signUp, { context: note }),
    ];
    expect(Buffer.from(token.reveal(), 'base64url')).toHaveLength(32);
    expect(other.reveal()).not.toBe(token.reveal());
    expect(await tokens.find(reset, token)).toEqual({ userId, context: note });
    expect(await tokens.redeem(reset, token)).toEqual({ userId, context: note });
    expect(await tokens.redeem(signUp, other)).toEqual({ userId: undefined, context: note });
    await expect(tokens.redeem(reset, token)).rejects.toThrow(OneTimeTokenInvalid);
    expect(await tokens.find(reset, token)).toBeUndefined();
  });

  it('B10.1 is in the table as a hash, and what it remembers as ciphertext', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    const [row] = await asOwner<{ tokenHash: Buffer; context: string; text: string }>(
      `SELECT "tokenHash", "context", t::text AS text FROM "OneTimeToken" t WHERE "userId" = $1`,
      [userId],
    );
    expect(row?.tokenHash).toEqual(hashOpaqueToken(token));
    expect(row?.context).toMatch(/^v2\./);
    expect(row?.text).not.toContain(token.reveal());
    expect(row?.text).not.toContain(Buffer.from(token.reveal(), 'base64url').toString('hex'));
    expect(row?.text).not.toContain('fox');
  });

  it('B10.2 is refused with the context of another one', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    const other = await tokens.issue(reset, { userId: otherId, context: { note: 'another' } });
    await asOwner(
      `UPDATE "OneTimeToken" SET "context" = (SELECT "context" FROM "OneTimeToken" WHERE "tokenHash" = $1)
       WHERE "tokenHash" = $2`,
      [hashOpaqueToken(other), hashOpaqueToken(token)],
    );
    await expect(tokens.redeem(reset, token)).rejects.toThrow(/decrypt|ciphertext|authenticate/i);
  });

  it('is good for its own purpose alone, and stays good when it was tried for another', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    for (const attempt of [
      tokens.find(signUp, token),
      tokens.tryRedeem(signUp, token),
      tokens.spendTry(signUp, token, 5),
    ])
      expect(await attempt).toBeUndefined();
    expect(await tokens.tryRedeem(reset, token)).toBeDefined();
  });

  it('is good up to its last second', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    at(59);
    expect(await tokens.find(reset, token)).toBeDefined();
    at(60);
    for (const attempt of [tokens.find(reset, token), tokens.tryRedeem(reset, token), tokens.spendTry(reset, token, 5)])
      expect(await attempt).toBeUndefined();
  });

  it('A7.4 is redeemed by one of fifty at the same moment', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => tokens.tryRedeem(reset, token)));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
  });

  it('A7.4 is not used up by a change that does not happen', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    const change = app()
      .get(Database)
      .inTransaction(async () => {
        await tokens.redeem(reset, token);
        throw new Error('rolled back');
      });
    await expect(change).rejects.toThrow('rolled back');
    expect(await tokens.tryRedeem(reset, token)).toBeDefined();
  });

  it('A7.4 has as many tries as it has, also when they come at the same moment', async () => {
    const token = await tokens.issue(reset, { userId, context: note });
    const tries = await Promise.all(Array.from({ length: 20 }, () => tokens.spendTry(reset, token, 5)));
    expect(tries.filter((outcome) => outcome !== undefined)).toHaveLength(5);
  });

  it('that nobody has issued is refused', async () => {
    await expect(tokens.redeem(reset, new Secret('A'.repeat(43)))).rejects.toMatchObject({
      code: 'invalid-token',
      context: { event: 'authn_token_invalid' },
    });
  });
});

describe('older tokens', () => {
  it('of a kind that replaces them are void, of this person and this kind alone', async () => {
    const older = await tokens.issue(reset, { userId, context: note });
    const others = await tokens.issue(reset, { userId: otherId, context: note });
    const kept = await tokens.issue(signUp, { userId, context: note });
    const newer = await tokens.issue(reset, { userId, context: note });
    expect(await tokens.find(reset, older)).toBeUndefined();
    for (const [kind, token] of [
      [reset, others],
      [signUp, kept],
      [reset, newer],
    ] as const)
      expect(await tokens.find(kind, token)).toBeDefined();
  });

  it('of a kind that does not replace them stay, and so do those that belong to nobody yet', async () => {
    const [first, second] = [
      await tokens.issue(signUp, { context: note }),
      await tokens.issue(signUp, { context: note }),
    ];
    expect(await tokens.find(signUp, first)).toBeDefined();
    expect(await tokens.find(signUp, second)).toBeDefined();
    await tokens.voidAllOf(userId);
    expect(await tokens.find(signUp, first)).toBeDefined();
  });

  it('of a person are void all at once, whatever they are for', async () => {
    const [one, two] = [
      await tokens.issue(reset, { userId, context: note }),
      await tokens.issue(signUp, { userId, context: note }),
    ];
    const others = await tokens.issue(reset, { userId: otherId, context: note });
    await tokens.voidAllOf(userId);
    expect([await tokens.find(reset, one), await tokens.find(signUp, two)]).toEqual([undefined, undefined]);
    expect(await tokens.find(reset, others)).toBeDefined();
  });
});
