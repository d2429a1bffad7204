import type { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { Database, orUndefined } from '../../platform/database/index.js';
import type { JsonObject, OneTimePurpose } from './one-time-kind.js';

export interface TokenRow {
  readonly id: string;
  readonly userId: string | null;
  readonly context: unknown;
}

interface NewTokenRow {
  readonly id: string;
  readonly userId: string | null;
  readonly context: JsonObject;
  readonly purpose: OneTimePurpose;
  readonly tokenHash: Buffer<ArrayBuffer>;
  readonly expiresAt: Date;
}

/** A token is looked up by its hash, and only for its own purpose and within its time. */
export interface TokenLookup {
  readonly purpose: OneTimePurpose;
  readonly tokenHash: Buffer<ArrayBuffer>;
  readonly now: Date;
}

const columns = { id: true, userId: true, context: true } as const;

@Injectable()
export class OneTimeTokensRepository {
  constructor(private readonly database: Database) {}

  async add(row: NewTokenRow): Promise<void> {
    await this.database.client.oneTimeToken.create({ data: { ...row }, select: { id: true } });
  }

  async find({ purpose, tokenHash, now }: TokenLookup): Promise<TokenRow | undefined> {
    const row = await this.database.client.oneTimeToken.findUnique({
      where: { tokenHash, purpose, expiresAt: { gt: now } },
      select: columns,
    });
    return row ?? undefined;
  }

  /** Deletes what it finds, in one statement: of parallel uses exactly one gets the row. @control A7.4 */
  async take({ purpose, tokenHash, now }: TokenLookup): Promise<TokenRow | undefined> {
    return orUndefined(
      this.database.client.oneTimeToken.delete({
        where: { tokenHash, purpose, expiresAt: { gt: now } },
        select: columns,
      }),
    );
  }

  /** Counts a try before its outcome is known, so that parallel tries cannot be more than `tries`. @control A7.4 */
  async spendTry({ purpose, tokenHash, now }: TokenLookup, tries: number): Promise<TokenRow | undefined> {
    return orUndefined(
      this.database.client.oneTimeToken.update({
        where: { tokenHash, purpose, expiresAt: { gt: now }, failures: { lt: tries } },
        data: { failures: { increment: 1 } },
        select: columns,
      }),
    );
  }

  async voidOf(userId: string, purposes?: readonly OneTimePurpose[]): Promise<void> {
    await this.database.client.oneTimeToken.deleteMany({
      where: { userId, ...(purposes !== undefined && { purpose: { in: [...purposes] } }) },
    });
  }
}
