import { Injectable } from '@nestjs/common';
import { Secret } from '../../platform/config/index.js';
import { PasswordHasher } from '../../platform/crypto/index.js';
import { GuessLimiter } from '../../platform/guessing/index.js';
import { PasswordPolicy } from '../../platform/passwords/index.js';
import { Passwords } from '../auth/index.js';
import { secondFactorSubject } from '../mfa/index.js';
import { OneTimeTokens } from '../one-time-tokens/index.js';
import { SessionsService } from '../sessions/index.js';
import { Notices, UsersRepository } from '../users/index.js';
import { passwordChanged } from './accounts.notices.js';

interface Person {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
}

interface NewPassword {
  readonly password: Secret<string>;
  /** Field of the request, for the error (RFC 6901). */
  readonly pointer: string;
  readonly contextWords: readonly string[];
}

/** Setting a password, whoever has asked for it and however. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly passwords: Passwords,
    private readonly policy: PasswordPolicy,
    private readonly hasher: PasswordHasher,
    private readonly users: UsersRepository,
    private readonly tokens: OneTimeTokens,
    private readonly sessions: SessionsService,
    private readonly guesses: GuessLimiter,
    private readonly notices: Notices,
  ) {}

  /** The hash of a password that may be used. Throws `PasswordRefused`. Slow: not for the middle of a transaction. @control A1.1 */
  async hashFit({ password, pointer, contextWords }: NewPassword): Promise<string> {
    await this.policy.refuseUnfit(password, { pointer, contextWords });
    return this.hasher.hash(password);
  }

  /**
   * Belongs into a transaction. Ends all sessions, voids every token that is out, and forgets what strangers have guessed;
   * second factors stay what they are. @control A1.2 B13.3
   */
  async apply({ id, email }: Person, passwordHash: string): Promise<void> {
    await this.users.setPasswordHash(id, passwordHash);
    await this.tokens.voidAllOf(id);
    await this.sessions.endAllOf(id);
    await this.passwords.startAnew({ id, email });
    await this.guesses.clear([secondFactorSubject(id)]);
    await this.notices.tell(id, passwordChanged);
  }
}
