import { Buffer } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Transaction } from '../../platform/database/index.js';
import type { PageRequest } from '../../platform/serialization/index.js';
import type { Device } from './device.js';
import { isDoubleSubmit } from './reuse.policy.js';

export interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly authTime: Date;
  readonly amr: readonly string[];
  readonly expiresAt: Date;
}

export interface SessionState extends SessionRow {
  readonly role: string;
  readonly isRevoked: boolean;
  readonly isUserSuspended: boolean;
}

interface NewSession extends SessionRow {
  readonly lastSeenAt: Date;
}

interface NewToken {
  readonly tokenHash: Buffer<ArrayBuffer>;
  readonly expiresAt: Date;
}

/** One use of a refresh token. */
export interface TokenUse {
  readonly tokenHash: Buffer<ArrayBuffer>;
  readonly successor: NewToken;
  readonly device: Device;
  readonly now: Date;
  readonly graceSeconds: number;
}

export interface SuspectedSession {
  readonly sessionId: string;
  readonly userId: string;
}

export type Redemption =
  | { readonly outcome: 'redeemed'; readonly session: SessionRow }
  | ({ readonly outcome: 'repeated' | 'reused' } & SuspectedSession)
  | { readonly outcome: 'invalid' };

const sessionColumns = {
  id: true,
  userId: true,
  organizationId: true,
  authTime: true,
  amr: true,
  expiresAt: true,
} as const;

const listedColumns = {
  id: true,
  organizationId: true,
  deviceLabel: true,
  ip: true,
  createdAt: true,
  lastSeenAt: true,
  expiresAt: true,
} as const;

interface LiveSince {
  readonly userId: string;
  readonly now: Date;
  /** A session that was last seen before this has been idle for too long. */
  readonly idleSince: Date;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async open(session: NewSession, device: Device, token: NewToken): Promise<void> {
    await this.database.client.session.create({
      data: {
        ...session,
        amr: [...session.amr],
        deviceLabel: device.label,
        ip: device.ip,
        refreshTokens: { create: { id: newId(), ...token } },
      },
      select: { id: true },
    });
  }

  async findState(sessionId: string): Promise<SessionState | undefined> {
    const row = await this.database.client.session.findUnique({
      where: { id: sessionId },
      select: {
        ...sessionColumns,
        revokedAt: true,
        membership: { select: { role: true } },
        user: { select: { suspendedAt: true } },
      },
    });
    if (row === null) return undefined;
    const { revokedAt, membership, user, ...session } = row;
    return {
      ...session,
      role: membership.role,
      isRevoked: revokedAt !== null,
      isUserSuspended: user.suspendedAt !== null,
    };
  }

  /** Live sessions of a person, newest first. */
  async listLive({ userId, now, idleSince }: LiveSince, { limit, cursor }: PageRequest) {
    return this.database.client.session.findMany({
      where: {
        userId,
        revokedAt: null,
        expiresAt: { gt: now },
        lastSeenAt: { gt: idleSince },
        ...(cursor !== undefined && { id: { lt: cursor } }),
      },
      select: listedColumns,
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
  }

  /** Marks the token used and stores its successor, in one transaction: of parallel uses exactly one wins. @control A7.4 */
  async redeem(use: TokenUse): Promise<Redemption> {
    const { tokenHash, successor, device, now } = use;
    return this.database.inTransaction(async (tx) => {
      const { count } = await tx.refreshToken.updateMany({
        where: {
          tokenHash,
          usedAt: null,
          expiresAt: { gt: now },
          session: { revokedAt: null, expiresAt: { gt: now }, user: { suspendedAt: null } },
        },
        data: { usedAt: now, usedBy: device.fingerprint },
      });
      if (count === 0) return this.judgeRefused(tx, use);
      const token = await tx.refreshToken.findUniqueOrThrow({
        where: { tokenHash },
        select: { session: { select: sessionColumns } },
      });
      const { session } = token;
      await tx.session.update({
        where: { id: session.id },
        data: { lastSeenAt: now, ip: device.ip },
        select: { id: true },
      });
      await tx.refreshToken.create({
        data: { id: newId(), sessionId: session.id, ...successor },
        select: { id: true },
      });
      return { outcome: 'redeemed', session };
    });
  }

  /** Why a token did not work: never there, over, or used before; and then whether that was theft. */
  private async judgeRefused(tx: Transaction, { tokenHash, device, now, graceSeconds }: TokenUse): Promise<Redemption> {
    const token = await tx.refreshToken.findUnique({
      where: { tokenHash },
      select: { usedAt: true, usedBy: true, sessionId: true, session: { select: { userId: true } } },
    });
    if (token === null || token.usedAt === null) return { outcome: 'invalid' };
    const { usedAt, usedBy, sessionId, session } = token;
    const usedLater = await tx.refreshToken.count({ where: { sessionId, usedAt: { gt: usedAt } } });
    const isRepeated = isDoubleSubmit({
      now,
      usedAt,
      isSameDevice: usedBy !== null && device.fingerprint.equals(usedBy),
      isNewestUsed: usedLater === 0,
      graceSeconds,
    });
    return { outcome: isRepeated ? 'repeated' : 'reused', sessionId, userId: session.userId };
  }

  /** Undefined when the session is over. */
  async proveAgain(sessionId: string, proof: Pick<SessionRow, 'authTime' | 'amr'>): Promise<SessionRow | undefined> {
    const rows = await this.database.client.session.updateManyAndReturn({
      where: { id: sessionId, revokedAt: null },
      data: { authTime: proof.authTime, amr: [...proof.amr] },
      select: sessionColumns,
    });
    return rows[0];
  }

  /** Ends a live session and says what it was: of parallel uses exactly one gets it. @control A7.4 */
  async take(sessionId: string, now: Date): Promise<SessionRow | undefined> {
    const rows = await this.database.client.session.updateManyAndReturn({
      where: { id: sessionId, revokedAt: null },
      data: { revokedAt: now },
      select: sessionColumns,
    });
    return rows[0];
  }

  async revoke(sessionId: string, now: Date): Promise<void> {
    await this.database.client.session.updateMany({
      where: { id: sessionId, revokedAt: null },
      data: { revokedAt: now },
    });
  }

  /** Revokes one session of this person. False when they have no such session. */
  async revokeOwn(userId: string, sessionId: string, now: Date): Promise<boolean> {
    const { count } = await this.database.client.session.updateMany({
      where: { id: sessionId, userId, revokedAt: null },
      data: { revokedAt: now },
    });
    return count > 0;
  }

  /** Revokes all sessions of a person but one, or all. Returns their ids. */
  async revokeAllOf(userId: string, except: string | undefined, now: Date): Promise<readonly string[]> {
    const rows = await this.database.client.session.updateManyAndReturn({
      where: { userId, revokedAt: null, ...(except !== undefined && { id: { not: except } }) },
      data: { revokedAt: now },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }
}
