import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { argon2id, hash, verify } from 'argon2';
import { Secret } from '../config/index.js';
import { ServiceUnavailable } from '../errors/index.js';
import { BoundedPool } from './bounded-pool.js';
import { CryptoConfig } from './crypto.config.js';
import { currentKey } from './symmetric-key.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * Argon2id (RFC 9106) with a pepper as its secret input. Stored form: `<pepper id>$argon2id$...`, the PHC string behind
 * the id of the pepper, so that peppers can rotate. Throws `ServiceUnavailable` when too many hashes wait. @control A1.1
 */
@Injectable()
export class PasswordHasher {
  private readonly pool: BoundedPool;
  private readonly peppers: ReadonlyMap<string, Buffer>;
  private decoy: Promise<string> | undefined;

  constructor(private readonly config: CryptoConfig) {
    const { ARGON2_MAX_CONCURRENT, ARGON2_MAX_QUEUED, PASSWORD_PEPPER } = config.values;
    this.pool = new BoundedPool(
      ARGON2_MAX_CONCURRENT,
      ARGON2_MAX_QUEUED,
      () => new ServiceUnavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS }),
    );
    this.peppers = new Map(PASSWORD_PEPPER.map((key) => [key.id, key.bytes.reveal()]));
  }

  async hash(password: Secret<string>): Promise<string> {
    const { values } = this.config;
    const pepper = currentKey(values.PASSWORD_PEPPER);
    const phc = await this.pool.run(() =>
      hash(canonical(password), {
        type: argon2id,
        memoryCost: values.ARGON2_MEMORY_KIB,
        timeCost: values.ARGON2_ITERATIONS,
        parallelism: values.ARGON2_PARALLELISM,
        secret: pepper.bytes.reveal(),
      }),
    );
    return pepper.id + phc;
  }

  /**
   * Pass `undefined` for an account that does not exist: the same work is done against a decoy and the answer is
   * false, so that time does not tell which accounts exist (CWE-208). @control A1.3
   */
  async verify(password: Secret<string>, stored: string | undefined): Promise<boolean> {
    const { pepper, phc } = this.split(stored ?? (await this.decoyHash()));
    const matches = await this.pool.run(() => verify(phc, canonical(password), { secret: pepper }));
    return matches && stored !== undefined;
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= this.hash(new Secret(randomBytes(32).toString('base64')));
    return this.decoy;
  }

  /** Makes the decoy ahead of the first sign-in, whose time would otherwise show that it was made then. */
  async onModuleInit(): Promise<void> {
    await this.decoyHash();
  }

  private split(stored: string): { pepper: Buffer; phc: string } {
    const at = stored.indexOf('$');
    const pepper = this.peppers.get(stored.slice(0, at));
    if (pepper === undefined) throw new Error('a password hash names a pepper that PASSWORD_PEPPER does not hold');
    return { pepper, phc: stored.slice(at) };
  }
}

/** NFC at set and at verify and nothing else: no trim, no case folding, no truncation (SP 800-63B-4 §3.1.1.2). */
function canonical(password: Secret<string>): string {
  return password.reveal().normalize('NFC');
}
