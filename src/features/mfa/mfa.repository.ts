import type { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Secret } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, orUndefined } from '../../platform/database/index.js';

type CodeHash = Buffer<ArrayBuffer>;

export interface TotpFactor {
  readonly id: string;
  readonly secret: Secret<string>;
  readonly isConfirmed: boolean;
}

const factorCounts = z.tuple([z.object({ totp: z.int(), passkeys: z.int(), recoveryCodes: z.int() })]);

export type FactorCounts = Readonly<z.output<typeof factorCounts>[0]>;

@Injectable()
export class MfaRepository {
  constructor(private readonly database: Database) {}

  /** One statement, the same for everybody: what factors a person has. */
  async countFactors(userId: string): Promise<FactorCounts> {
    const rows = await this.database.client.$queryRaw`
      SELECT
        (SELECT count(*)::int FROM "TotpFactor" WHERE "userId" = person.id AND "confirmedAt" IS NOT NULL) AS totp,
        (SELECT count(*)::int FROM "Passkey" WHERE "userId" = person.id) AS passkeys,
        (SELECT count(*)::int FROM "RecoveryCode" WHERE "userId" = person.id) AS "recoveryCodes"
      FROM (SELECT ${userId}::uuid AS id) AS person`;
    return factorCounts.parse(rows)[0];
  }

  /** Until the transaction ends: of parallel removals the second sees what the first has left. @control A7.4 */
  async lock(userId: string): Promise<void> {
    await this.database.client.$queryRaw`SELECT FROM "User" WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`;
  }

  async findTotp(userId: string): Promise<TotpFactor | undefined> {
    const row = await this.database.client.totpFactor.findUnique({
      where: { userId },
      select: { id: true, secret: true, confirmedAt: true },
    });
    return row === null
      ? undefined
      : { id: row.id, secret: new Secret(row.secret), isConfirmed: row.confirmedAt !== null };
  }

  /** Replaces what was begun and not confirmed. A confirmed factor stays, and the new one conflicts with it. */
  async beginTotp(userId: string, secret: Secret<string>): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      await tx.totpFactor.deleteMany({ where: { userId, confirmedAt: null } });
      await tx.totpFactor.create({ data: { id: newId(), userId, secret: secret.reveal() }, select: { id: true } });
    });
  }

  /** False when it is confirmed already. */
  async confirmTotp(id: string, step: number, now: Date): Promise<boolean> {
    const confirmed = await orUndefined(
      this.database.client.totpFactor.update({
        where: { id, confirmedAt: null },
        data: { confirmedAt: now, lastStep: step },
        select: { id: true },
      }),
    );
    return confirmed !== undefined;
  }

  /** Marks the step as used. False when it, or a later one, was used before: of parallel uses exactly one wins. @control A1.2 */
  async useStep(id: string, step: number): Promise<boolean> {
    const used = await orUndefined(
      this.database.client.totpFactor.update({
        where: { id, confirmedAt: { not: null }, OR: [{ lastStep: null }, { lastStep: { lt: step } }] },
        data: { lastStep: step },
        select: { id: true },
      }),
    );
    return used !== undefined;
  }

  async removeTotp(userId: string): Promise<boolean> {
    const { count } = await this.database.client.totpFactor.deleteMany({
      where: { userId, confirmedAt: { not: null } },
    });
    return count > 0;
  }

  async replaceRecoveryCodes(userId: string, hashes: readonly CodeHash[]): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      await tx.recoveryCode.deleteMany({ where: { userId } });
      await tx.recoveryCode.createMany({ data: hashes.map((codeHash) => ({ userId, codeHash })) });
    });
  }

  /** Deletes the code. False when there is none: of parallel uses exactly one wins. @control A1.2 */
  async useRecoveryCode(userId: string, codeHash: CodeHash): Promise<boolean> {
    const { count } = await this.database.client.recoveryCode.deleteMany({ where: { userId, codeHash } });
    return count > 0;
  }

  async removeRecoveryCodes(userId: string): Promise<void> {
    await this.database.client.recoveryCode.deleteMany({ where: { userId } });
  }
}
