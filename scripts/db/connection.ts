import pg from 'pg';
import { Failure } from '../bootstrap/failure.mjs';
import { readEnvFile, secretSetting } from '../bootstrap/settings.mjs';

export const embeddedFolder = '.data';

/** The database that its user chose by DATABASE_MIGRATION_URL or DATABASE_URL, in the environment or in .env, as its owner. */
export function configuredOwnerUrl(): string | undefined {
  return secretSetting('DATABASE_MIGRATION_URL') ?? secretSetting('DATABASE_URL');
}

/** The embedded database, as its owner, if it has ever been started here. */
export function embeddedOwnerUrl(): string | undefined {
  return readEnvFile('.data/database.env')['DATABASE_MIGRATION_URL'];
}

export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Errors that pass by themselves while a server starts: refused, starting up, shutting down, too many clients, no such host yet. */
const passing = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', '57P03', '57P01', '53300']);

/** Connects, waiting for a server that is just starting. Fails with one sentence that names the address but no password. */
export async function connect(url: string, patienceInMs = 15_000): Promise<pg.Client> {
  const deadline = Date.now() + patienceInMs;
  for (;;) {
    const client = newClient(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!passing.has(codeOf(error)) || Date.now() > deadline) throw cannotConnect(url, error);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function newClient(connectionString: string): pg.Client {
  if (!URL.canParse(connectionString)) {
    throw new Failure('The database URL is not one: it reads postgres://user:password@host:port/database.');
  }
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // Without a listener a connection that breaks while idle ends the process with a stack trace.
  client.on('error', (error) => console.error(`The connection to the database broke: ${error.message}`));
  return client;
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function cannotConnect(url: string, error: unknown): Failure {
  const { hostname, port, pathname, username } = new URL(url);
  const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error);
  return new Failure(
    `Cannot connect to the database ${pathname.slice(1)} at ${hostname}:${port || '5432'} as ${username}: ${reason}. Is it running, and is the URL right?`,
    { cause: error },
  );
}
