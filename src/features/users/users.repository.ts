import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';

/** What sign-in needs to know of a person, before anybody is an actor. */
export interface SignInAccount {
  readonly id: string;
  readonly passwordHash: string;
  readonly isSuspended: boolean;
}

export interface Profile {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
}

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  async findForSignIn(email: string): Promise<SignInAccount | undefined> {
    const user = await this.database.client.user.findUnique({
      where: { email },
      select: { id: true, passwordHash: true, suspendedAt: true },
    });
    return user === null
      ? undefined
      : { id: user.id, passwordHash: user.passwordHash, isSuspended: user.suspendedAt !== null };
  }

  async findProfile(userId: string): Promise<Profile | undefined> {
    const profile = await this.database.client.user.findUnique({
      where: { id: userId },
      select: { id: true, email: true, displayName: true },
    });
    return profile ?? undefined;
  }
}
