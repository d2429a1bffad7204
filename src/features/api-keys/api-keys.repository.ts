import { Injectable } from '@nestjs/common';
import { Database, type Prisma } from '../../platform/database/index.js';
import { toPage, type Page, type PageRequest } from '../../platform/serialization/index.js';
import { daysAfter, REMINDER_DAYS, type KeyScope } from './api-keys.policy.js';

/** `remindedAtDays` of a key that has a successor. */
const SUCCEEDED = 0;

const listedColumns = {
  id: true,
  keyId: true,
  name: true,
  createdById: true,
  scopes: true,
  networks: true,
  rateTier: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  lastUsedIp: true,
} as const satisfies Prisma.ApiKeySelect;

export type ListedKey = Prisma.ApiKeyGetPayload<{ select: typeof listedColumns }>;

const stateColumns = {
  id: true,
  organizationId: true,
  createdById: true,
  secretHash: true,
  scopes: true,
  networks: true,
  rateTier: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  membership: { select: { role: true, user: { select: { suspendedAt: true } } } },
} as const satisfies Prisma.ApiKeySelect;

export type KeyState = Prisma.ApiKeyGetPayload<{ select: typeof stateColumns }>;

export interface KeyUse {
  readonly at: Date;
  readonly ip: string;
}

/** Whatever is asked for somebody carries what they may see (`KeyScope`). */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(scope: KeyScope, page: PageRequest): Promise<Page<ListedKey>> {
    const { limit, cursor } = page;
    const rows = await this.database.client.apiKey.findMany({
      where: { ...scope, ...(cursor !== undefined && { id: { lt: cursor } }) },
      select: listedColumns,
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return toPage(rows, page);
  }

  async find(scope: KeyScope, id: string): Promise<ListedKey | undefined> {
    const row = await this.database.client.apiKey.findFirst({ where: { ...scope, id }, select: listedColumns });
    return row ?? undefined;
  }

  async findState(keyId: string): Promise<KeyState | undefined> {
    const row = await this.database.client.apiKey.findUnique({ where: { keyId }, select: stateColumns });
    return row ?? undefined;
  }

  async add(data: Prisma.ApiKeyUncheckedCreateInput): Promise<ListedKey> {
    return this.database.client.apiKey.create({ data, select: listedColumns });
  }

  /**
   * Gives a key the end of one that has a successor: nobody needs a reminder of it. False when it has one already: of parallel
   * rotations exactly one wins. @control A7.4
   */
  async shorten(id: string, end: Date): Promise<boolean> {
    const { count } = await this.database.client.apiKey.updateMany({
      where: { id, revokedAt: null, OR: [{ remindedAtDays: null }, { remindedAtDays: { gt: SUCCEEDED } }] },
      data: { expiresAt: end, remindedAtDays: SUCCEEDED },
    });
    return count > 0;
  }

  /** The public part of the key that it has ended; undefined when there is none to end. */
  async revoke(scope: KeyScope, id: string, now: Date): Promise<string | undefined> {
    const [row] = await this.database.client.apiKey.updateManyAndReturn({
      where: { ...scope, id, revokedAt: null },
      data: { revokedAt: now },
      select: { keyId: true },
    });
    return row?.keyId;
  }

  /** All of them in one statement. An instance that writes later does not turn the time back. */
  async writeUses(uses: ReadonlyMap<string, KeyUse>): Promise<void> {
    const ids = [...uses.keys()];
    const moments = [...uses.values()].map(({ at }) => at.toISOString());
    const addresses = [...uses.values()].map(({ ip }) => ip);
    await this.database.client.$executeRaw`
      UPDATE "ApiKey" AS k SET "lastUsedAt" = u.at, "lastUsedIp" = u.ip
      FROM unnest(${ids}::uuid[], ${moments}::timestamptz[], ${addresses}::text[]) AS u(id, at, ip)
      WHERE k.id = u.id AND (k."lastUsedAt" IS NULL OR k."lastUsedAt" < u.at)`;
  }

  /** Keys that may have a reminder due: `dueReminder` decides. */
  async listEnding(now: Date) {
    const [last, first] = REMINDER_DAYS;
    return this.database.client.apiKey.findMany({
      where: {
        revokedAt: null,
        expiresAt: { gt: now, lte: daysAfter(now, first) },
        OR: [{ remindedAtDays: null }, { remindedAtDays: { gt: last }, expiresAt: { lte: daysAfter(now, last) } }],
      },
      select: { id: true, keyId: true, createdById: true, expiresAt: true, remindedAtDays: true },
    });
  }

  /** False when somebody else has noted it in between. */
  async noteReminder(id: string, before: number | null, days: number): Promise<boolean> {
    const { count } = await this.database.client.apiKey.updateMany({
      where: { id, remindedAtDays: before },
      data: { remindedAtDays: days },
    });
    return count > 0;
  }
}
