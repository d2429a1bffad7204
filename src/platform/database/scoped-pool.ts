import pg from 'pg';
import { currentRequest } from '../telemetry/index.js';
import { currentOrganization } from './organization-scope.js';

type Callback = Parameters<pg.Pool['connect']>[0];

const SET_SCOPE = { name: 'rampart_scope', text: `SELECT set_config('app.organization_id', $1, false)` };
/** The sign by which database-failures.ts knows it. */
export const POOL_SATURATED = 'too many wait for a database connection';
export const REQUEST_OVER = 'the request was over before it came to the database';
/** What pool.ts opens connections with. */
const NOBODY = '';

/**
 * A pool whose connections leave it set to the organization of whoever asks, which the row-level policies go by. What a
 * connection is set to is remembered, so that only a change costs a round trip. It is set before the connection is handed out
 * and outside of any transaction, which could take it back; a connection that it cannot be set on is closed (fails closed).
 * Who would wait behind too many others is refused at once: pg's own queue has no end (B6.5); so is who works for a request that
 * was answered with "too late". @control A1.4 B6.5
 */
export class ScopedPool extends pg.Pool {
  private readonly scopes = new WeakMap<pg.PoolClient, string>();
  private readonly maxWaiting: number;

  constructor({ maxWaiting, ...config }: pg.PoolConfig & { readonly maxWaiting: number }) {
    super(config);
    this.maxWaiting = maxWaiting;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | void {
    if (callback !== undefined) return this.checkOut(callback);
    return new Promise((resolve, reject) => {
      this.checkOut((error, client) =>
        client === undefined ? reject(error ?? new Error('no connection')) : resolve(client),
      );
    });
  }

  /** Everything that the pool does passes through here, `query` included. */
  private checkOut(callback: Callback): void {
    if (this.waitingCount >= this.maxWaiting) return callback(new Error(POOL_SATURATED), undefined, () => undefined);
    if (currentRequest()?.isOver === true) return callback(new Error(REQUEST_OVER), undefined, () => undefined);
    const scope = currentOrganization() ?? NOBODY;
    super.connect((error, client, done) => {
      if (client === undefined || (this.scopes.get(client) ?? NOBODY) === scope) return callback(error, client, done);
      this.scopes.set(client, scope);
      // Nobody else listens while it is neither idle nor handed out; the query reports the same error.
      const ignore = (): void => undefined;
      client.once('error', ignore);
      client.query({ ...SET_SCOPE, values: [scope] }, (failure) => {
        client.removeListener('error', ignore);
        if (!failure) return callback(undefined, client, done);
        done(failure);
        callback(failure, undefined, done);
      });
    });
  }
}
