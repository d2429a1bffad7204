import type { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { newId } from '../crypto/index.js';
import { Database, orUndefined } from '../database/index.js';

type Digest = Buffer<ArrayBuffer>;

/** What a request leaves before it begins. */
export interface NewClaim {
  readonly organizationId: string;
  readonly scopeHash: Digest;
  readonly fingerprint: Digest;
  readonly lockedUntil: Date;
  readonly expiresAt: Date;
}

const columns = {
  id: true,
  fingerprint: true,
  answer: true,
  completedAt: true,
  lockedUntil: true,
  expiresAt: true,
} as const;

@Injectable()
export class IdempotencyKeysRepository {
  constructor(private readonly database: Database) {}

  /** The id of the new row; undefined when there is one already. Of parallel calls exactly one gets an id. @control A7.4 */
  async add(claim: NewClaim): Promise<string | undefined> {
    const id = newId();
    const data = [{ id, ...claim }];
    const { count } = await this.database.client.idempotencyKey.createMany({ data, skipDuplicates: true });
    return count === 1 ? id : undefined;
  }

  async find(organizationId: string, scopeHash: Digest) {
    const where = { organizationId, scopeHash };
    const row = await this.database.client.idempotencyKey.findFirst({ where, select: columns });
    return row ?? undefined;
  }

  /** False when the claim is gone: it took so long that another request has taken its place. */
  async complete(id: string, answer: string, completedAt: Date): Promise<boolean> {
    const row = await orUndefined(
      this.database.client.idempotencyKey.update({
        where: { id, completedAt: null },
        data: { answer, completedAt },
        select: { id: true },
      }),
    );
    return row !== undefined;
  }

  /** Unless it has been completed meanwhile. */
  async release(id: string): Promise<void> {
    await this.database.client.idempotencyKey.deleteMany({ where: { id, completedAt: null } });
  }

  async remove(id: string): Promise<void> {
    await this.database.client.idempotencyKey.deleteMany({ where: { id } });
  }
}
