import type { Buffer } from 'node:buffer';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { RuntimeConfig } from '../config/index.js';
import { ColumnCiphers } from '../crypto/index.js';
import { StartRefused } from '../process/index.js';
import { currentRequest, isTracing } from '../telemetry/index.js';
import { columnEncryption } from './column-encryption.js';
import { DatabaseConfig } from './database.config.js';
import { isUnavailable } from './database-failures.js';
import { encryptionOf, type IndexedColumn } from './encrypted-columns.js';
import { PrismaClient, type Prisma } from './generated/client.js';
import { newestMigration } from './generated/newest-migration.js';
import { asOrganization } from './organization-scope.js';
import { createPool } from './pool.js';
import { PreparedReads } from './prepared-reads.js';
import { readRows, type JsonRow, type RowQuery } from './row-reader.js';
import { statementNames } from './statement-names.js';
import { REQUEST_OVER } from './scoped-pool.js';
import { keyOwnerOf, unbatchedReads } from './tenant-models.js';
import { inStatementSpan, tracedStatements } from './traced-statements.js';

const WAIT_STEP_MS = 500;

function createClient(pool: pg.Pool, ciphers: ColumnCiphers, nameOf: ReturnType<typeof statementNames>) {
  const adapter = new PrismaPg(pool, { statementNameGenerator: nameOf });
  const client = new PrismaClient({ adapter, errorFormat: 'minimal' })
    .$extends(unbatchedReads)
    .$extends(columnEncryption(ciphers));
  return isTracing() ? client.$extends(tracedStatements) : client;
}

type RootClient = ReturnType<typeof createClient>;

/** A client that may be in the middle of a transaction: it can do everything but begin one or close the connection. */
export type Transaction = Omit<RootClient, '$connect' | '$disconnect' | '$transaction' | '$extends'>;

interface OpenTransaction {
  readonly client: Transaction;
  readonly afterCommit: (() => void)[];
}

/** The one way to the database. Imported by repositories alone. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly root: RootClient;
  private readonly transactions = new AsyncLocalStorage<OpenTransaction>();
  private readonly logger = new Logger(Database.name);
  private readonly pool: pg.Pool;
  private readonly nameOf = statementNames();

  constructor(
    private readonly config: DatabaseConfig,
    private readonly ciphers: ColumnCiphers,
    private readonly runtime: RuntimeConfig,
  ) {
    this.pool = createPool(config);
    // An idle connection that breaks must not end the process: the next query takes a new one.
    this.pool.on('error', (error) => this.logger.warn({ msg: 'an idle database connection broke', err: error }));
    this.root = createClient(this.pool, ciphers, this.nameOf);
  }

  /** Inside of `inTransaction` the transaction, whoever asks; otherwise each statement stands for itself. */
  get client(): Transaction {
    return this.transactions.getStore()?.client ?? this.root;
  }

  get isInTransaction(): boolean {
    return this.transactions.getStore() !== undefined;
  }

  /** All or nothing: everything that `work` does through `client` commits together. Joins the transaction that is open. */
  async inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const open = this.transactions.getStore();
    if (open !== undefined) return work(open.client);
    const afterCommit: (() => void)[] = [];
    const result = await this.root.$transaction(
      (client) =>
        this.transactions.run({ client, afterCommit }, async () => {
          const outcome = await work(client);
          // Its client was told 503: what it has half done is rolled back.
          if (currentRequest()?.isOver === true) throw new Error(REQUEST_OVER);
          return outcome;
        }),
      // Prisma's own limit for the same wait is two seconds, whatever is set.
      { maxWait: this.config.values.DATABASE_POOL_TIMEOUT_MS },
    );
    for (const task of afterCommit) task();
    return result;
  }

  /**
   * Clinical rows of this organization are visible and writable to `work`, for code that is not a request: seed, tests. Begin
   * it before a transaction, which stays with what it began with.
   */
  asOrganization<T>(organizationId: string, work: () => Promise<T>): Promise<T> {
    return asOrganization(organizationId, work);
  }

  /** When the open transaction has committed, and not at all when it is rolled back; at once when none is open. */
  afterCommit(task: () => void): void {
    const open = this.transactions.getStore();
    if (open === undefined) task();
    else open.afterCommit.push(task);
  }

  /** Prepared reads of these columns of a table: see there for when. */
  prepareReads<Row extends pg.QueryResultRow & { readonly id: string }>(
    model: Prisma.ModelName,
    columns: Readonly<Record<keyof Row & string, true>>,
  ): PreparedReads<Row> {
    const { pool, ciphers, nameOf } = this;
    return new PreparedReads({ pool, ciphers, nameOf, model, columns: Object.keys(columns) });
  }

  /** Rows of any model, for code that walks over all of them. Not part of an open transaction. */
  readRows(query: RowQuery): Promise<readonly JsonRow[]> {
    return readRows(this.pool, this.ciphers, query);
  }

  /**
   * What a row may have as the blind index of this value: one for each key of the organization at hand that can still be
   * opened, for rows that were written before the last rotation. @control B10.3
   */
  async blindIndexesOf(...[model, column, value]: [...IndexedColumn, string]): Promise<Buffer<ArrayBuffer>[]> {
    const index = encryptionOf(model)?.[column]?.index;
    if (index === undefined) throw new Error(`${model}.${column} has no blind index`);
    const cipher = await this.ciphers.forSearching(keyOwnerOf(model));
    return cipher.indexesOf(index.normalise(value), { model, column });
  }

  /**
   * SQL of the job queue, which writes its own: on our pool, so as `rampart_app` and within its time limits. Several
   * statements may come as one text, with a transaction around them: when one fails, the pool ends the connection, so that
   * nobody else gets one with a broken transaction on it.
   */
  async runQueueStatement(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
    return inStatementSpan('query', undefined, () => this.pool.query(text, values));
  }

  get connections(): {
    readonly total: number;
    readonly idle: number;
    readonly waiting: number;
    readonly limit: number;
  } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting, options } = this.pool;
    return { total, idle, waiting, limit: options.max };
  }

  /** One round trip. Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }

  /** Whether it is as this version of the code expects: that it is further is well. Throws when it does not answer. */
  async isMigrated(): Promise<boolean> {
    const { rows } = await this.pool.query<{ is: boolean }>('SELECT is_migration_applied($1) AS is', [newestMigration]);
    return rows[0]?.is === true;
  }

  /** Refuses a start without a database, or in production with a login that could undo the walls inside it. @control A7.5 */
  async refuseUnfitLogin(): Promise<void> {
    await this.waitUntilItAnswers();
    const privileged = await this.isLoginPrivileged();
    if (privileged && this.runtime.isProduction) {
      throw new StartRefused(
        'DATABASE_URL logs in as a role that owns tables or bypasses row-level security: give the server a login of its own.',
      );
    }
  }

  /** In a cluster all start at once. What waiting does not mend, a wrong password or name, is left to the next question. */
  private async waitUntilItAnswers(): Promise<void> {
    const end = performance.now() + this.config.values.DATABASE_WAIT_MS;
    for (;;) {
      try {
        return await this.ping();
      } catch (error) {
        if (!isUnavailable(error) || performance.now() >= end) return;
        this.logger.warn({ msg: 'waiting for the database', err: error });
        await setTimeout(WAIT_STEP_MS);
      }
    }
  }

  /** `SET ROLE` can be undone by whoever can send SQL; a login without the privileges cannot. */
  private async isLoginPrivileged(): Promise<boolean> {
    try {
      const { rows } = await this.pool.query<{ privileged: boolean }>(
        // What the login is, and what it may become.
        `SELECT EXISTS (
           SELECT FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND (
             r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolname = ANY ('{
               pg_read_all_data, pg_write_all_data, pg_read_server_files, pg_write_server_files, pg_execute_server_program
             }') OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p'))
           )
         ) AS privileged`,
      );
      return rows[0]?.privileged !== false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartRefused(`The database of DATABASE_URL cannot be used: ${reason || 'no answer'}.`, {
        cause: error,
      });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.root.$disconnect();
    await this.pool.end();
  }
}
