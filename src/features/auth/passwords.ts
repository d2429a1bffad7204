import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../../platform/audit/index.js';
import { Secret } from '../../platform/config/index.js';
import { hashOpaqueToken, PasswordHasher } from '../../platform/crypto/index.js';
import { addressSubject, GuessLimiter, type GuessSubject } from '../../platform/guessing/index.js';
import { type Device } from '../sessions/index.js';
import { UsersRepository, type SignInAccount } from '../users/index.js';
import { KnownDevicesRepository } from './known-devices.repository.js';

interface Claim {
  readonly email: string;
  readonly password: string;
  readonly device: Device;
}

/** Names that nobody here has, and that every list of guesses begins with. */
const COMMON_NAME = /^(admin|administrator|root|test|user|guest|demo|support|info)@/i;

/** Tells attempts on one address from those on another, without being one. */
function pseudonymOf(email: string): string {
  return hashOpaqueToken(new Secret(email)).toString('base64url').slice(0, 16);
}

/** Everything that guesses at the password of an account is counted under its address, whether or not it exists. */
function accountSubject(email: string): GuessSubject {
  return { kind: 'account', id: email, isShared: false };
}

/** A device that the owner has used before is counted by itself: what strangers do elsewhere does not slow it down (A1.3). */
function deviceSubject(email: string, { fingerprint }: Device): GuessSubject {
  return { kind: 'device', id: `${email} ${fingerprint.toString('hex')}`, isShared: false };
}

/** Whether a password is the one of an account, at the same cost whether or not there is one. @control A1.3 */
@Injectable()
export class Passwords {
  constructor(
    private readonly users: UsersRepository,
    private readonly devices: KnownDevicesRepository,
    private readonly hasher: PasswordHasher,
    private readonly guesses: GuessLimiter,
    private readonly events: SecurityEvents,
  ) {}

  /** Undefined when it is wrong, or the account is unknown or suspended. Throws `TooManyAttempts`. */
  async verify({ email, password, device }: Claim): Promise<SignInAccount | undefined> {
    const account = await this.users.findForSignIn(email);
    const isKnown = await this.devices.isKnown(account?.id, device);
    const subject = isKnown ? deviceSubject(email, device) : accountSubject(email);
    const secret = new Secret(password);
    const verified = await this.guesses.attempt([subject, addressSubject(device.ip)], async () => {
      const isRight = await this.hasher.verify(secret, account?.passwordHash, email);
      return isRight && account?.isSuspended === false ? account : undefined;
    });
    if (verified === undefined) this.noteFailure(email, account);
    else await this.rehashIfOutdated(verified, secret);
    return verified;
  }

  /** Which of the reasons it was, only the trail knows. @control B11.1 */
  private noteFailure(email: string, account: SignInAccount | undefined): void {
    const facts = { claimed: pseudonymOf(email), isCommonName: COMMON_NAME.test(email) };
    const event = { name: 'authn_login_fail', facts } as const;
    if (account === undefined) return this.events.note({ ...event, reason: 'unknown-account' });
    const reason = account.isSuspended ? 'suspended' : 'wrong-password';
    return this.events.note({ ...event, reason, target: { type: 'user', ids: [account.id] } });
  }

  /**
   * After a new password: what strangers have guessed does not count any more, and no device is known, for one of them may be
   * the thief's. Belongs into the transaction of the change.
   */
  async startAnew({ id, email }: { readonly id: string; readonly email: string }): Promise<void> {
    await this.devices.forgetAll(id);
    await this.guesses.clear([accountSubject(email)]);
    await this.events.record({ name: 'authn_password_change', target: { type: 'user', ids: [id] } });
  }

  /** The moment in which we have the password in hand is the only one to raise the cost of its hash. @control A1.1 */
  private async rehashIfOutdated({ id, passwordHash }: SignInAccount, password: Secret<string>): Promise<void> {
    if (!this.hasher.isOutdated(passwordHash)) return;
    await this.users.replacePasswordHash(id, passwordHash, await this.hasher.hash(password));
  }
}
