import { Injectable } from '@nestjs/common';
import { Secret } from '../../platform/config/index.js';
import { hashOpaqueToken, newId, newOpaqueToken } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/time/index.js';
import type { JsonObject, OneTimeKind } from './one-time-kind.js';
import { OneTimeTokenInvalid } from './one-time-tokens.errors.js';
import { OneTimeTokensRepository, type TokenRow } from './one-time-tokens.repository.js';

export interface RedeemedToken<Context> {
  /** Whose it is; undefined for kinds that come before there is an account. */
  readonly userId: string | undefined;
  readonly context: Context;
}

interface NewToken<Context> {
  readonly userId?: string;
  readonly context: Context;
}

/**
 * Secrets that work once: 256 random bits, hashed at rest, bound to a purpose and an account, short-lived.
 * `redeem` belongs into the transaction of the change that it allows: then the token is used exactly when the change is made.
 * @control A1.2 A1.3
 */
@Injectable()
export class OneTimeTokens {
  constructor(
    private readonly tokens: OneTimeTokensRepository,
    private readonly clock: Clock,
  ) {}

  async issue<Context extends JsonObject>(
    kind: OneTimeKind<Context>,
    { userId, context }: NewToken<Context>,
  ): Promise<Secret<string>> {
    if (kind.replacesOlder && userId !== undefined) await this.tokens.voidOf(userId, [kind.purpose]);
    const token = newOpaqueToken();
    await this.tokens.add({
      id: newId(),
      purpose: kind.purpose,
      userId: userId ?? null,
      tokenHash: hashOpaqueToken(token),
      context,
      expiresAt: new Date(this.clock.now().getTime() + kind.ttlSeconds * 1000),
    });
    return token;
  }

  /** Uses the token up. Throws `OneTimeTokenInvalid`. */
  async redeem<Context extends JsonObject>(
    kind: OneTimeKind<Context>,
    token: Secret<string>,
  ): Promise<RedeemedToken<Context>> {
    const redeemed = await this.tryRedeem(kind, token);
    if (redeemed === undefined) throw new OneTimeTokenInvalid(kind.purpose);
    return redeemed;
  }

  /** The same, for who has another answer to a token that is not valid. */
  async tryRedeem<Context extends JsonObject>(
    kind: OneTimeKind<Context>,
    token: Secret<string>,
  ): Promise<RedeemedToken<Context> | undefined> {
    const row = await this.tokens.take(this.lookup(kind, token));
    return row === undefined ? undefined : read(kind, row);
  }

  /** Looks and leaves it: for checks that come before the use. Only `redeem` decides who uses it. */
  async find<Context extends JsonObject>(
    kind: OneTimeKind<Context>,
    token: Secret<string>,
  ): Promise<RedeemedToken<Context> | undefined> {
    const row = await this.tokens.find(this.lookup(kind, token));
    return row === undefined ? undefined : read(kind, row);
  }

  /** Uses up one of the tries that a token has, and leaves the token. Undefined when it is not valid or has none left. */
  async spendTry<Context extends JsonObject>(
    kind: OneTimeKind<Context>,
    token: Secret<string>,
    tries: number,
  ): Promise<RedeemedToken<Context> | undefined> {
    const row = await this.tokens.spendTry(this.lookup(kind, token), tries);
    return row === undefined ? undefined : read(kind, row);
  }

  /** Voids everything that is out for this person: after a change of password or address no older link may work. */
  async voidAllOf(userId: string): Promise<void> {
    await this.tokens.voidOf(userId);
  }

  private lookup({ purpose }: Pick<OneTimeKind<JsonObject>, 'purpose'>, token: Secret<string>) {
    return { purpose, tokenHash: hashOpaqueToken(token), now: this.clock.now() };
  }
}

function read<Context extends JsonObject>(kind: OneTimeKind<Context>, row: TokenRow): RedeemedToken<Context> {
  return { userId: row.userId ?? undefined, context: kind.context.parse(row.context) };
}
