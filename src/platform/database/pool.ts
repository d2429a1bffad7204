import type pg from 'pg';
import type { DatabaseConfig } from './database.config.js';
import { ScopedPool } from './scoped-pool.js';

/** The role whose grants bound what the server may do; the first migration creates it. */
const SERVER_ROLE = 'rampart_app';

/** How long after its own statement limit a silent database is given up. */
const SILENCE_ALLOWANCE_MS = 500;

/**
 * Connections of the server. Whatever role logs in, it works as `rampart_app`, which owns nothing, alters nothing and does
 * not bypass row-level security: a connection string of the owner (a developer's shortcut) gives the server no more.
 */
export function createPool({ values }: DatabaseConfig, size = values.DATABASE_POOL_SIZE): pg.Pool {
  return new ScopedPool({
    ...connectionTo(values),
    max: size,
    maxWaiting: values.DATABASE_POOL_QUEUE,
    connectionTimeoutMillis: values.DATABASE_POOL_TIMEOUT_MS,
    // The server's limit holds when it can still be heard; ours when it cannot.
    query_timeout: values.DATABASE_STATEMENT_TIMEOUT_MS + SILENCE_ALLOWANCE_MS,
    options: `-c role=${SERVER_ROLE} -c app.organization_id= -c timezone=UTC -c statement_timeout=${values.DATABASE_STATEMENT_TIMEOUT_MS}`,
    application_name: 'rampart',
  });
}

/** Where the server offers it, a login is bound to its certificate: passed on to another server it does not work (RFC 5929). @control A2.2 */
export function connectionTo({ DATABASE_URL }: DatabaseConfig['values']) {
  return { connectionString: DATABASE_URL.reveal(), enableChannelBinding: true };
}
