import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, Prisma, tenantModels } from '../database/index.js';
import type { Expiry } from './data-policy.js';

/** Rows of one statement: one that takes long holds locks that long. */
const BATCH = 1000;

const counted = z.tuple([z.object({ rows: z.int() })]);

/** Rows of a model that are older than a policy lets them become. */
export interface Overdue {
  readonly model: string;
  readonly expiry: Expiry;
  readonly before: Date;
}

/** Names and conditions are those of data-policy.ts, never of a client. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  count(overdue: Overdue): Promise<number> {
    return this.everywhere(overdue, async () => {
      const rows = await this.database.client.$queryRaw`SELECT count(*)::int AS rows FROM ${selection(overdue)}`;
      return counted.parse(rows)[0].rows;
    });
  }

  /** A row that is over stays over, so batches need no transaction around them. */
  delete(overdue: Overdue): Promise<number> {
    const table = Prisma.raw(`"${overdue.model}"`);
    const batch = Prisma.sql`DELETE FROM ${table} WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM ${selection(overdue)} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))`;
    return this.everywhere(overdue, async () => {
      let total = 0;
      for (let deleted = BATCH; deleted === BATCH; total += deleted) {
        deleted = await this.database.client.$executeRaw(batch);
      }
      return total;
    });
  }

  /** Clinical rows are visible to one organization at a time. */
  private async everywhere({ model }: Overdue, work: () => Promise<number>): Promise<number> {
    if (!tenantModels.includes(model)) return work();
    const organizations = await this.database.client.organization.findMany({ select: { id: true } });
    let total = 0;
    for (const { id } of organizations) total += await this.database.asOrganization(id, work);
    return total;
  }
}

function selection({ model, expiry: { after, unless }, before }: Overdue): Prisma.Sql {
  const isOver = Prisma.join(
    after.map((column) => Prisma.sql`${Prisma.raw(`"${column}"`)} < ${before}`),
    ' OR ',
  );
  const stays = Prisma.raw(unless ?? 'false');
  return Prisma.sql`${Prisma.raw(`"${model}"`)} WHERE (${isOver}) AND NOT (${stays})`;
}
