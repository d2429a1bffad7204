import { Buffer } from 'node:buffer';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { argon2id, hash, verify } from 'argon2';
import type { Secret } from '../config/index.js';
import { ServiceUnavailable } from '../errors/index.js';
import { BoundedPool } from './bounded-pool.js';
import { CryptoConfig } from './crypto.config.js';
import { currentKey } from './symmetric-key.js';

interface Cost {
  /** KiB. */
  readonly m: number;
  readonly t: number;
  readonly p: number;
}

/** A stored form that no password opens, and how many accounts pay what it costs. */
interface Decoy {
  readonly stored: string;
  readonly accounts: number;
}

const RETRY_AFTER_SECONDS = 2;

/**
 * Argon2id (RFC 9106) with a pepper as its secret input. Stored form: `<pepper id>$argon2id$...`, the PHC string behind
 * the id of the pepper, so that peppers can rotate. Throws `ServiceUnavailable` when too many hashes wait. @control A1.1
 */
@Injectable()
export class PasswordHasher {
  private readonly pool: BoundedPool;
  private readonly peppers: ReadonlyMap<string, Buffer>;
  private readonly configured: Cost;
  private readonly decoyKey: Buffer;
  private decoys: readonly Decoy[];

  constructor(private readonly config: CryptoConfig) {
    const { ARGON2_MAX_CONCURRENT, ARGON2_MAX_QUEUED, PASSWORD_PEPPER, ...argon2 } = config.values;
    this.pool = new BoundedPool(
      ARGON2_MAX_CONCURRENT ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      ARGON2_MAX_QUEUED,
      () => new ServiceUnavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS }),
    );
    this.peppers = new Map(PASSWORD_PEPPER.map((key) => [key.id, key.bytes.reveal()]));
    this.configured = { m: argon2.ARGON2_MEMORY_KIB, t: argon2.ARGON2_ITERATIONS, p: argon2.ARGON2_PARALLELISM };
    this.decoyKey = keyForDecoys(currentKey(PASSWORD_PEPPER).bytes.reveal());
    this.decoys = [this.decoyOf(this.configured, 1)];
  }

  get load(): BoundedPool['load'] {
    return this.pool.load;
  }

  async hash(password: Secret<string>): Promise<string> {
    const { m, t, p } = this.configured;
    const pepper = currentKey(this.config.values.PASSWORD_PEPPER);
    const phc = await this.pool.run(() =>
      hash(canonical(password), {
        type: argon2id,
        memoryCost: m,
        timeCost: t,
        parallelism: p,
        secret: pepper.bytes.reveal(),
      }),
    );
    return pepper.id + phc;
  }

  /**
   * Pass `undefined` for an account that does not exist, and always the name that was given: a decoy is verified and the
   * answer is false. It costs what the hash of such an account would, so that time does not tell which accounts exist
   * (CWE-208). @control A1.3
   */
  async verify(password: Secret<string>, stored: string | undefined, account: string): Promise<boolean> {
    const { pepper, phc } = this.split(stored ?? this.decoyFor(account));
    const matches = await this.pool.run(() => verify(phc, canonical(password), { secret: pepper }));
    return matches && stored !== undefined;
  }

  /** True when the next sign-in, which knows the password, should store it anew: cheaper than now, or an old pepper. @control A1.1 */
  isOutdated(stored: string): boolean {
    const [pepperId, , , parameters = ''] = stored.split('$');
    const cost = parseCost(parameters);
    if (cost === undefined || pepperId !== currentKey(this.config.values.PASSWORD_PEPPER).id) return true;
    return cost.m < this.configured.m || cost.t < this.configured.t || cost.p < this.configured.p;
  }

  /**
   * Tells what the stored hashes cost: accounts by the parameters of their PHC strings (`m=19456,t=2,p=1`). While a change of
   * the cost spreads from sign-in to sign-in there are several, and unknown accounts are spread over them as known ones are.
   * Before the first call, and when nothing is stored, a decoy has the configured cost. @control A1.3
   */
  learnCosts(counts: ReadonlyMap<string, number>): void {
    const learnt = [...counts].flatMap(([parameters, accounts]) => {
      const cost = parseCost(parameters);
      return cost === undefined || accounts <= 0 ? [] : [{ cost, accounts }];
    });
    // From cheap to dear on every instance: as known accounts move up, unknown ones move up and none of them down.
    learnt.sort((a, b) => a.cost.m - b.cost.m || a.cost.t - b.cost.t || a.cost.p - b.cost.p);
    const decoys = learnt.map(({ cost, accounts }) => this.decoyOf(cost, accounts));
    this.decoys = decoys.length > 0 ? decoys : [this.decoyOf(this.configured, 1)];
  }

  /** Random bytes instead of a hash: verifying costs the same, and making it costs nothing. */
  private decoyOf({ m, t, p }: Cost, accounts: number): Decoy {
    const [salt, digest] = [randomBytes(16), randomBytes(32)].map((bytes) =>
      bytes.toString('base64').replaceAll('=', ''),
    );
    const pepper = currentKey(this.config.values.PASSWORD_PEPPER).id;
    return { stored: `${pepper}$argon2id$v=19$m=${m},t=${t},p=${p}$${salt}$${digest}`, accounts };
  }

  /** A keyed hash chooses: the same account always gets the same, on every instance, and nobody outside can tell which. */
  private decoyFor(account: string): string {
    const total = this.decoys.reduce((sum, { accounts }) => sum + accounts, 0);
    const fraction = createHmac('sha256', this.decoyKey).update(account, 'utf8').digest().readUIntBE(0, 6) / 2 ** 48;
    let before = 0;
    const chosen = this.decoys.find(({ accounts }) => {
      before += accounts;
      return fraction * total < before;
    });
    if (chosen === undefined) throw new Error('there is always a decoy');
    return chosen.stored;
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

/** RFC 9106 and PHC leave the order open. Undefined when it is no cost of Argon2 (RFC 9106 §3.1). */
function parseCost(parameters: string): Cost | undefined {
  const pairs = parameters.split(',').map((pair) => /^([mtp])=([1-9]\d{0,8})$/.exec(pair));
  const values = new Map(pairs.map((pair) => [pair?.[1], Number(pair?.[2])]));
  const [m, t, p] = [values.get('m'), values.get('t'), values.get('p')];
  if (pairs.length !== 3 || m === undefined || t === undefined || p === undefined) return undefined;
  return m < 8 * p ? undefined : { m, t, p };
}

/** A key of its own, the same on all instances (RFC 5869): the pepper itself enters password hashes and nothing else. */
function keyForDecoys(pepper: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', pepper, '', 'rampart/password-decoys/v1', 32));
}
