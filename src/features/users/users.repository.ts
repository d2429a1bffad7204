import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type PreparedReads } from '../../platform/database/index.js';

/** What sign-in needs to know of a person, before anybody is an actor. */
export interface SignInAccount {
  readonly id: string;
  readonly passwordHash: string;
  readonly isSuspended: boolean;
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly passwordHash: string;
}

/** A type and not an interface: the driver asks for an index signature, which only types give. */
export type Profile = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
};

const passwordCosts = z.array(z.object({ cost: z.string(), accounts: z.int() }));

@Injectable()
export class UsersRepository {
  private readonly profiles: PreparedReads<Profile>;

  constructor(private readonly database: Database) {
    this.profiles = database.prepareReads<Profile>('User', { id: true, email: true, displayName: true });
  }

  async findForSignIn(email: string): Promise<SignInAccount | undefined> {
    const user = await this.database.client.user.findUnique({
      where: { email },
      select: { id: true, passwordHash: true, suspendedAt: true },
    });
    return user === null
      ? undefined
      : { id: user.id, passwordHash: user.passwordHash, isSuspended: user.suspendedAt !== null };
  }

  /** Accounts by the parameters of their password hash: `m=19456,t=2,p=1`. Reads every row, so not for requests. */
  async countPasswordCosts(): Promise<ReadonlyMap<string, number>> {
    // `<pepper id>$argon2id$v=19$<parameters>$<salt>$<hash>`
    const rows = await this.database.client.$queryRaw`
      SELECT split_part("passwordHash", '$', 4) AS cost, count(*)::int AS accounts FROM "User" GROUP BY 1`;
    return new Map(passwordCosts.parse(rows).map(({ cost, accounts }) => [cost, accounts]));
  }

  findProfile(userId: string): Promise<Profile | undefined> {
    return this.profiles.first({ id: userId });
  }

  /** The same as `findProfile`, inside of a transaction: a prepared read would take a second connection while the first waits. */
  async findContact(userId: string): Promise<Profile | undefined> {
    const user = await this.database.client.user.findUnique({
      where: { id: userId },
      select: { id: true, email: true, displayName: true },
    });
    return user ?? undefined;
  }

  async findIdByEmail(email: string): Promise<string | undefined> {
    const user = await this.database.client.user.findUnique({ where: { email }, select: { id: true } });
    return user?.id;
  }

  /** For whoever has to notice that the password has changed in between. */
  async findPasswordHash(userId: string): Promise<string | undefined> {
    const user = await this.database.client.user.findUnique({ where: { id: userId }, select: { passwordHash: true } });
    return user?.passwordHash;
  }

  async add(user: NewUser): Promise<void> {
    await this.database.client.user.create({ data: user, select: { id: true } });
  }

  async setPasswordHash(userId: string, passwordHash: string): Promise<void> {
    await this.database.client.user.update({ where: { id: userId }, data: { passwordHash }, select: { id: true } });
  }

  /** The same password under new parameters; nothing when the password has changed in between. */
  async replacePasswordHash(userId: string, outdated: string, passwordHash: string): Promise<void> {
    await this.database.client.user.updateMany({
      where: { id: userId, passwordHash: outdated },
      data: { passwordHash },
    });
  }

  /** Whether there was an erasure to take back. */
  async cancelErasure(userId: string): Promise<boolean> {
    const { count } = await this.database.client.user.updateMany({
      where: { id: userId, erasureDueAt: { not: null } },
      data: { erasureDueAt: null },
    });
    return count > 0;
  }

  async setEmail(userId: string, email: string): Promise<void> {
    await this.database.client.user.update({ where: { id: userId }, data: { email }, select: { id: true } });
  }

  async setDisplayName(userId: string, displayName: string): Promise<void> {
    await this.database.client.user.update({ where: { id: userId }, data: { displayName }, select: { id: true } });
  }
}
