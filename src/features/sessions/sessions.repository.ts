import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';

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

interface NewToken {
  readonly tokenHash: Buffer<ArrayBuffer>;
  readonly expiresAt: Date;
}

export type Redemption =
  | { readonly outcome: 'redeemed'; readonly session: SessionRow }
  | { readonly outcome: 'reused'; readonly sessionId: string }
  | { readonly outcome: 'invalid' };

const sessionColumns = {
  id: true,
  userId: true,
  organizationId: true,
  authTime: true,
  amr: true,
  expiresAt: true,
} as const;

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  async open(session: SessionRow, token: NewToken): Promise<void> {
    await this.database.client.session.create({
      data: {
        ...session,
        amr: [...session.amr],
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

  /** Marks the token used and stores its successor, in one transaction: of parallel uses exactly one wins. @control A7.4 */
  async redeem(tokenHash: Buffer<ArrayBuffer>, successor: NewToken, now: Date): Promise<Redemption> {
    return this.database.client.$transaction(async (tx) => {
      const { count } = await tx.refreshToken.updateMany({
        where: {
          tokenHash,
          usedAt: null,
          expiresAt: { gt: now },
          session: { revokedAt: null, expiresAt: { gt: now }, user: { suspendedAt: null } },
        },
        data: { usedAt: now },
      });
      const token = await tx.refreshToken.findUnique({
        where: { tokenHash },
        select: { usedAt: true, session: { select: sessionColumns } },
      });
      if (token === null) return { outcome: 'invalid' };
      if (count === 0) {
        return token.usedAt === null ? { outcome: 'invalid' } : { outcome: 'reused', sessionId: token.session.id };
      }
      await tx.refreshToken.create({ data: { id: newId(), sessionId: token.session.id, ...successor } });
      return { outcome: 'redeemed', session: token.session };
    });
  }

  async revoke(sessionId: string, now: Date): Promise<void> {
    await this.database.client.session.updateMany({
      where: { id: sessionId, revokedAt: null },
      data: { revokedAt: now },
    });
  }
}
