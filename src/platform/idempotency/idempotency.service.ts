import { createHash, createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../access/index.js';
import { Clock } from '../time/index.js';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from './idempotency.errors.js';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';

const KEPT_MS = 24 * 3_600_000;
/** Longer than any request may take: whoever holds a key without an answer after this is no more. */
const LOCK_MS = 60_000;

export interface IdempotentRequest {
  readonly actor: Actor;
  /** Of the client. */
  readonly key: string;
  /** Template of the route, for the scope of the key; the address itself is part of the request. */
  readonly route: string;
  readonly url: string;
  readonly body: unknown;
}

/** Either this request is the first, and has an id to complete or release, or there is the first one's answer. */
export type Claim = { readonly id: string } | { readonly answer: string };

/** Each creation that names a key happens once, whatever the client's network does. @control A7.4 */
@Injectable()
export class Idempotency {
  constructor(
    private readonly keys: IdempotencyKeysRepository,
    private readonly clock: Clock,
  ) {}

  /** Throws while the first request is under way, and when the key belongs to another one. */
  async claim(request: IdempotentRequest): Promise<Claim> {
    const { organizationId } = request.actor;
    const [scopeHash, fingerprint] = [scopeHashOf(request), fingerprintOf(request)];
    const now = this.clock.now().getTime();
    const times = { lockedUntil: new Date(now + LOCK_MS), expiresAt: new Date(now + KEPT_MS) };
    const add = () => this.keys.add({ organizationId, scopeHash, fingerprint, ...times });

    const id = await add();
    if (id !== undefined) return { id };
    const known = await this.keys.find(organizationId, scopeHash);
    // Released since: somebody else may be trying again at this moment.
    if (known === undefined) throw new IdempotencyKeyInUse();

    if (known.expiresAt.getTime() <= now) await this.keys.remove(known.id);
    else if (!fingerprint.equals(known.fingerprint)) throw new IdempotencyKeyReused();
    else if (known.answer !== null) return { answer: known.answer };
    else if (known.lockedUntil.getTime() <= now) await this.keys.release(known.id);
    else throw new IdempotencyKeyInUse();

    const again = await add();
    if (again === undefined) throw new IdempotencyKeyInUse();
    return { id: again };
  }

  complete(id: string, answer: string): Promise<boolean> {
    return this.keys.complete(id, answer, this.clock.now());
  }

  release(id: string): Promise<void> {
    return this.keys.release(id);
  }
}

/** Whose key it is, and for what: nobody can meet, or guess at, the requests of another caller. */
function scopeHashOf({ actor, key, route }: IdempotentRequest) {
  const scope = JSON.stringify([actor.organizationId, actor.kind, actor.id, route, key]);
  return createHash('sha256').update(scope).digest();
}

/**
 * What was asked for. Permissions as well: the stored answer shows the fields that they showed, and a caller who has lost one
 * since must not read them again. Keyed with what the database does not have, so that bodies cannot be guessed from it.
 */
function fingerprintOf({ actor, key, url, body }: IdempotentRequest) {
  const request = JSON.stringify([url, [...actor.permissions].toSorted(), body]);
  return createHmac('sha256', key).update(request).digest();
}
