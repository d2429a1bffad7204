import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { Database, orUndefined } from '../../platform/database/index.js';
import { toPage, type Page, type PageRequest } from '../../platform/serialization/index.js';
import type { NewCredential } from './evaluate-registration.js';

export interface StoredPasskey {
  readonly id: string;
  readonly userId: string;
  /** COSE key. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly isSuspended: boolean;
}

export interface ListedPasskey {
  readonly id: string;
  readonly label: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly isBackedUp: boolean;
}

interface NewPasskey extends NewCredential {
  readonly userId: string;
  readonly label: string;
}

interface PasskeyUse {
  readonly counter: bigint;
  readonly isBackedUp: boolean;
  readonly now: Date;
}

const listedColumns = { id: true, label: true, createdAt: true, lastUsedAt: true, isBackedUp: true } as const;

@Injectable()
export class PasskeysRepository {
  constructor(private readonly database: Database) {}

  async listOf(userId: string, page: PageRequest): Promise<Page<ListedPasskey>> {
    const { limit, cursor } = page;
    const rows = await this.database.client.passkey.findMany({
      where: { userId, ...(cursor !== undefined && { id: { gt: cursor } }) },
      select: listedColumns,
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return toPage(rows, page);
  }

  async credentialsOf(userId: string) {
    return this.database.client.passkey.findMany({
      where: { userId },
      select: { credentialId: true, transports: true },
    });
  }

  /** Undefined when the credential is registered already, by whomever (Level 3 §7.1: it must not be added a second time). */
  async add({ transports, ...passkey }: NewPasskey): Promise<ListedPasskey | undefined> {
    const [added] = await this.database.client.passkey.createManyAndReturn({
      data: [{ id: newId(), ...passkey, transports: [...transports] }],
      skipDuplicates: true,
      select: listedColumns,
    });
    return added;
  }

  async findByCredentialId(credentialId: Uint8Array<ArrayBuffer>): Promise<StoredPasskey | undefined> {
    const row = await this.database.client.passkey.findUnique({
      where: { credentialId },
      select: { id: true, userId: true, publicKey: true, user: { select: { suspendedAt: true } } },
    });
    if (row === null) return undefined;
    const { user, ...passkey } = row;
    return { ...passkey, isSuspended: user.suspendedAt !== null };
  }

  /**
   * Takes the counter over. False when it has not grown, unless authenticator and row both stand at 0, which is how those
   * without a counter look (Level 3 §6.1.1). One statement: of parallel uses with the same counter exactly one wins.
   * @control A1.2
   */
  async use(id: string, { counter, isBackedUp, now }: PasskeyUse): Promise<boolean> {
    const used = await orUndefined(
      this.database.client.passkey.update({
        where: { id, counter: counter === 0n ? 0n : { lt: counter } },
        data: { counter, isBackedUp, lastUsedAt: now },
        select: { id: true },
      }),
    );
    return used !== undefined;
  }

  async isOf(userId: string, id: string): Promise<boolean> {
    return (await this.database.client.passkey.count({ where: { id, userId } })) > 0;
  }

  async remove(userId: string, id: string): Promise<boolean> {
    const { count } = await this.database.client.passkey.deleteMany({ where: { id, userId } });
    return count > 0;
  }
}
