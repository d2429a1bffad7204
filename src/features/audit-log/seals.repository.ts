import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { Database, Prisma } from '../../platform/database/index.js';
import type { Seal, StoredEvent } from './seal.js';

/** The chain of the events that belong to no organization. */
const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000';

/** Everything that an event says, its place among the others included. The order is part of the digest: append only. */
const EVENT_COLUMNS = [
  'id',
  'sequence',
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
] as const satisfies Prisma.AuditEventScalarFieldEnum[];

const VALUES = Prisma.raw(`ARRAY[${EVENT_COLUMNS.map(textOf).join(', ')}]`);
/** A transaction ends long before this: an event with a lower number than one that was sealed then is sealed or has never been. */
const LONGEST_TRANSACTION = Prisma.sql`interval '1 hour'`;
/** What is counted of events that wait: more than that is "many". */
const MOST_COUNTED = 10_000;
/** Any number will do that nothing else locks with. */
const LOCK = 4_118_002;

/** Seals are added and read, never changed: the server's role can do nothing else. */
@Injectable()
export class SealsRepository {
  constructor(private readonly database: Database) {}

  /** One sealer at a time, over all instances. False when another one is at work. Belongs into a transaction. */
  async lock(): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<{ locked: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${LOCK}) AS locked`;
    return rows[0]?.locked === true;
  }

  /**
   * Events that no seal has yet, in their order: numbers are given before a transaction commits, so some come late. By EXCEPT, which
   * compares all at once: an anti-join that is to find the first of them looks through everything that is sealed for each event.
   */
  async listUnsealed(limit: number): Promise<readonly (StoredEvent & { readonly scope: string })[]> {
    return this.database.client.$queryRaw`
      WITH floor AS (
        SELECT COALESCE(max(s.last), 0) AS sequence FROM (
          SELECT "sequences"[array_upper("sequences", 1)] AS last FROM "AuditSeal"
          WHERE "sealedAt" < (SELECT max("sealedAt") FROM "AuditSeal") - ${LONGEST_TRANSACTION}
        ) s
      ), unsealed AS (
        SELECT x."sequence" FROM "AuditEvent" x, floor WHERE x."sequence" > floor.sequence
        EXCEPT
        SELECT unnest("sequences") FROM "AuditSeal", floor
        WHERE "sequences"[array_upper("sequences", 1)] > floor.sequence
        ORDER BY 1 LIMIT ${limit}
      )
      SELECT e."id", e."sequence"::text, COALESCE(e."organizationId", ${NO_ORGANIZATION}::uuid)::text AS scope, ${VALUES} AS "values"
      FROM "AuditEvent" e JOIN unsealed ON unsealed."sequence" = e."sequence"
      ORDER BY e."sequence"`;
  }

  /** How many events wait for a seal, and since when. */
  async countUnsealed(scope: string): Promise<number> {
    const unsealed = await this.listUnsealed(MOST_COUNTED);
    return unsealed.filter((event) => event.scope === scope).length;
  }

  /** When the first event happened that no seal has yet. */
  async oldestUnsealedAt(): Promise<Date | undefined> {
    const [oldest] = await this.listUnsealed(1);
    const occurredAt = oldest?.values[EVENT_COLUMNS.indexOf('occurredAt')];
    return typeof occurredAt === 'string' ? new Date(occurredAt) : undefined;
  }

  async findLast(scope: string): Promise<Seal | undefined> {
    const row = await this.database.client.auditSeal.findFirst({ where: { scope }, orderBy: { number: 'desc' } });
    return row === null ? undefined : toSeal(row);
  }

  async add({ number, sequences, digests, mac, ...seal }: Seal): Promise<void> {
    await this.database.client.auditSeal.create({
      data: {
        ...seal,
        number: BigInt(number),
        sequences: sequences.map(BigInt),
        digests: Buffer.from(digests),
        mac: Buffer.from(mac),
      },
      select: { number: true },
    });
  }

  async listScopes(): Promise<readonly string[]> {
    const rows = await this.database.client.auditSeal.findMany({ distinct: ['scope'], select: { scope: true } });
    return rows.map(({ scope }) => scope);
  }

  /** The links behind this one, in their order. */
  async listAfter(scope: string, number: number, limit: number): Promise<readonly Seal[]> {
    const rows = await this.database.client.auditSeal.findMany({
      where: { scope, number: { gt: BigInt(number) } },
      orderBy: { number: 'asc' },
      take: limit,
    });
    return rows.map(toSeal);
  }

  async findEvents(sequences: readonly string[]): Promise<readonly StoredEvent[]> {
    return this.database.client.$queryRaw`
      SELECT e."id", e."sequence"::text, ${VALUES} AS "values" FROM "AuditEvent" e
      WHERE e."sequence" = ANY (${[...sequences]}::bigint[]) ORDER BY e."sequence"`;
  }
}

/** Times as UTC and to the millisecond, whatever the session is set to. */
function textOf(column: string): string {
  return column === 'occurredAt'
    ? `to_char(e."occurredAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : `e."${column}"::text`;
}

type Row = Omit<Seal, 'number' | 'sequences' | 'digests' | 'mac'> & {
  readonly number: bigint;
  readonly sequences: bigint[];
  readonly digests: Uint8Array;
  readonly mac: Uint8Array;
};

function toSeal({ number, sequences, digests, mac, ...row }: Row): Seal {
  return {
    ...row,
    number: Number(number),
    sequences: sequences.map(String),
    digests: Buffer.from(digests),
    mac: Buffer.from(mac),
  };
}
