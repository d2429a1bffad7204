import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Transaction } from '../database/index.js';
import type { GuessState } from './guess.policy.js';

type Key = Buffer<ArrayBuffer>;

const rows = z.array(
  z.object({
    key: z.instanceof(Uint8Array),
    failures: z.int(),
    consecutive: z.int(),
    lastFailureAt: z.date(),
    blockedUntil: z.date().nullable(),
  }),
);

interface Reservation {
  readonly isAllowed: boolean;
  readonly next: ReadonlyMap<string, GuessState>;
}

/** Keys as text, for maps. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

@Injectable()
export class GuessCountersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Reads the counters of these keys, lets `decide` say what they become, and writes it, while nobody else can touch them:
   * parallel guesses are judged one after the other, on all instances. @control A7.4
   */
  async change<R extends Reservation>(
    keys: readonly Key[],
    now: Date,
    decide: (states: ReadonlyMap<string, GuessState>) => R,
  ): Promise<R> {
    return this.database.inTransaction(async (tx) => {
      const decision = decide(await this.lock(tx, keys, now));
      if (decision.isAllowed) await this.write(tx, keys, decision.next);
      return decision;
    });
  }

  /**
   * In one order for everybody, or two guesses could wait for each other. Only a row can be locked, so a counter that is new is
   * made; in the same statement, or somebody's success could delete it in between.
   */
  private async lock(tx: Transaction, keys: readonly Key[], now: Date): Promise<ReadonlyMap<string, GuessState>> {
    const sorted = keys.toSorted((a, b) => Buffer.compare(a, b));
    const found = rows.parse(
      await tx.$queryRaw`
        INSERT INTO "GuessCounter" ("key", "failures", "consecutive", "lastFailureAt")
        SELECT "key", 0, 0, ${now} FROM unnest(${sorted}::bytea[]) AS wanted ("key")
        ON CONFLICT ("key") DO UPDATE SET "key" = EXCLUDED."key"
        RETURNING "key", "failures", "consecutive", "lastFailureAt", "blockedUntil"`,
    );
    return new Map(found.map(({ key, ...state }) => [keyText(key), state]));
  }

  private async write(tx: Transaction, keys: readonly Key[], next: ReadonlyMap<string, GuessState>): Promise<void> {
    for (const key of keys) {
      const state = next.get(keyText(key));
      if (state !== undefined) await tx.guessCounter.update({ where: { key }, data: state, select: { key: true } });
    }
  }

  /** Forgets the failures of these keys. */
  async clear(keys: readonly Key[]): Promise<void> {
    await this.database.client.guessCounter.deleteMany({ where: { key: { in: [...keys] } } });
  }

  /** Takes back one failure that was none after all. */
  async refund(keys: readonly Key[]): Promise<void> {
    await this.database.client.guessCounter.updateMany({
      where: { key: { in: [...keys] }, failures: { gt: 0 } },
      data: { failures: { decrement: 1 }, consecutive: { decrement: 1 }, blockedUntil: null },
    });
  }
}
