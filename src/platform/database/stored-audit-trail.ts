import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { AuditStore, type AuditRow } from '../audit/index.js';
import { DatabaseConfig } from './database.config.js';
import { Database } from './database.js';
import { Prisma } from './generated/client.js';
import { createPool } from './pool.js';

/** The columns that an event comes with; PostgreSQL gives the sequence. */
const COLUMNS = [
  'id',
  'organizationId',
  'occurredAt',
  'name',
  'outcome',
  'actorKind',
  'actorId',
  'sessionId',
  'ip',
  'requestId',
  'targetType',
  'targetIds',
  'reason',
  'changes',
] as const satisfies (keyof AuditRow & Prisma.AuditEventScalarFieldEnum)[];

const LIST = Prisma.raw(COLUMNS.map((name) => `"${name}"`).join(', '));

/** One parameter, however many rows: the statement stays the same, and is planned once. */
function insertionOf(rows: readonly AuditRow[]): Prisma.Sql {
  const json = JSON.stringify(rows.map((row) => Object.fromEntries(COLUMNS.map((name) => [name, row[name]]))));
  return Prisma.sql`INSERT INTO "AuditEvent" (${LIST})
    SELECT ${LIST} FROM json_populate_recordset(NULL::"AuditEvent", ${json}::json)`;
}

/** The trail in PostgreSQL: insert-only for the server's role. @control B11.2 B11.3 */
@Injectable()
export class StoredAuditTrail extends AuditStore {
  /** A connection for batches, of which there is one at a time: they neither wait for requests nor make them wait. */
  private readonly pool: pg.Pool;

  constructor(
    private readonly database: Database,
    config: DatabaseConfig,
  ) {
    super();
    this.pool = createPool(config, 1);
    // The next batch takes a new connection, and says so when there is none.
    this.pool.on('error', () => undefined);
  }

  override get isInTransaction(): boolean {
    return this.database.isInTransaction;
  }

  override async add(rows: readonly AuditRow[]): Promise<void> {
    const statement = insertionOf(rows);
    if (this.isInTransaction) await this.database.client.$executeRaw(statement);
    else await this.pool.query({ name: 'rampart_audit', text: statement.text, values: statement.values });
  }

  override afterCommit(task: () => void): void {
    this.database.afterCommit(task);
  }

  override async close(): Promise<void> {
    await this.pool.end();
  }
}
