import { z } from 'zod';
import { configSlice, integer, secretText } from '../config/index.js';
import { isPrivateTransport } from './transport.js';

export class DatabaseConfig extends configSlice('Database', {
  DATABASE_URL: secretText(
    'PostgreSQL connection string of the server. Outside production `npm run up` starts a database when it is not set.',
  ),
  DATABASE_MIGRATION_URL: secretText(
    'Connection string of the role that owns the tables, for migrations only. Default: DATABASE_URL.',
  ).optional(),
  DATABASE_PLAINTEXT: z
    .enum(['refused', 'accepted'])
    .default('refused')
    .describe(
      'Whether production may talk to a database on another host without sslmode=verify-full, on a network that nobody else is on: refused or accepted.',
    ),
  DATABASE_POOL_SIZE: integer('Connections per instance.', { min: 1, max: 500, default: 10 }),
  DATABASE_POOL_TIMEOUT_MS: integer('How long a request may wait for a connection.', {
    min: 1,
    max: 60_000,
    default: 2000,
  }),
  DATABASE_POOL_QUEUE: integer('How many requests may wait for a connection; those beyond it get 503 at once.', {
    min: 1,
    max: 100_000,
    default: 500,
  }),
  DATABASE_WAIT_MS: integer('How long a start waits for a database that does not answer yet.', {
    min: 0,
    max: 600_000,
    default: 30_000,
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: integer('How long a statement may run.', { min: 1, max: 600_000, default: 5000 }),
}) {
  /** @control A2.2 */
  static override productionProblems(values: DatabaseConfig['values']): readonly string[] {
    const { DATABASE_URL, DATABASE_MIGRATION_URL, DATABASE_PLAINTEXT } = values;
    if (DATABASE_PLAINTEXT === 'accepted') return [];
    return Object.entries({ DATABASE_URL, DATABASE_MIGRATION_URL })
      .filter(([, url]) => url !== undefined && !isPrivateTransport(url.reveal()))
      .map(([name]) => `${name}: production connects with sslmode=verify-full, or says DATABASE_PLAINTEXT=accepted`);
  }
}
