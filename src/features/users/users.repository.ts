import { Injectable } from '@nestjs/common';
import { Database, type PreparedReads } from '../../platform/database/index.js';

/** What sign-in needs to know of a person, before anybody is an actor. */
export interface SignInAccount {
  readonly id: string;
  readonly passwordHash: string;
  readonly isSuspended: boolean;
}

/** A type and not an interface: the driver asks for an index signature, which only types give. */
export type Profile = {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
};

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

  findProfile(userId: string): Promise<Profile | undefined> {
    return this.profiles.first({ id: userId });
  }
}
