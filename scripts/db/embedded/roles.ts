import pg from 'pg';
import { type Credentials, urlFor } from './credentials.ts';

/**
 * What the superuser sets up once, and repairs at each start:
 * rampart_owner owns the database and runs migrations; rampart_app is the group that migrations grant rights to;
 * rampart_server is who the server signs in as: a member of that group and owner of nothing.
 */
export async function ensureRoles(credentials: Credentials): Promise<void> {
  const client = new pg.Client({ connectionString: urlFor(credentials, 'postgres', 'postgres') });
  await client.connect();
  try {
    const passwordOf = (role: 'rampart_owner' | 'rampart_server'): string =>
      `PASSWORD ${client.escapeLiteral(credentials[role])}`;
    await client.query('BEGIN');
    await ensureRole(client, 'rampart_app', 'NOLOGIN');
    await ensureRole(client, 'rampart_owner', `LOGIN CREATEDB CREATEROLE ${passwordOf('rampart_owner')}`);
    await ensureRole(client, 'rampart_server', `LOGIN ${passwordOf('rampart_server')}`);
    await client.query('GRANT rampart_app TO rampart_owner WITH ADMIN TRUE, SET TRUE');
    await client.query('GRANT rampart_app TO rampart_server');
    await client.query('COMMIT');
    await ensureDatabase(client);
  } finally {
    await client.end();
  }
}

const nothingMore = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

/** PostgreSQL refuses CREATEDB beside NOCREATEDB in one statement, hence two. */
async function ensureRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${role}`);
  await client.query(`ALTER ROLE ${role} ${nothingMore}`);
  await client.query(`ALTER ROLE ${role} ${attributes}`);
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(`SELECT FROM pg_database WHERE datname = 'rampart'`);
  if (rowCount === 0) await client.query('CREATE DATABASE rampart OWNER rampart_owner');
  await client.query('REVOKE ALL ON DATABASE rampart FROM PUBLIC');
  await client.query('GRANT CONNECT ON DATABASE rampart TO rampart_app');
}
