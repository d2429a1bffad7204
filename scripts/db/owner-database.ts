import { Failure } from '../bootstrap/failure.mjs';
import { codeOf, configuredOwnerUrl, connect, embeddedFolder, withDatabase } from './connection.ts';
import { startCluster } from './cluster.ts';

/** Runs the action on the configured database, else on the embedded one, which is started for as long as it takes. */
export async function withOwnerUrl<T>(action: (url: string) => Promise<T>): Promise<T> {
  const configured = configuredOwnerUrl();
  if (configured !== undefined) return action(configured);
  const cluster = await startCluster({ dir: embeddedFolder, durable: true });
  try {
    return await action(cluster.ownerUrl('rampart'));
  } finally {
    cluster.stop();
  }
}

/** Lends an empty database on the same server to the action and drops it afterwards. */
export async function withScratchDatabase<T>(action: (url: string) => Promise<T>): Promise<T> {
  return withOwnerUrl((ownerUrl) => createAndDrop(ownerUrl, action));
}

async function createAndDrop<T>(ownerUrl: string, action: (url: string) => Promise<T>): Promise<T> {
  const name = `rampart_scratch_${process.pid}_${Date.now()}`;
  const client = await connect(ownerUrl);
  try {
    await client.query(`CREATE DATABASE ${name}`).catch(refuseKindly);
    try {
      return await action(withDatabase(ownerUrl, name));
    } finally {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}

/** PostgreSQL's insufficient_privilege. */
function refuseKindly(error: unknown): never {
  if (codeOf(error) !== '42501') throw error;
  throw new Failure(
    'This needs a scratch database, and the role of DATABASE_MIGRATION_URL may not create one: ALTER ROLE ... CREATEDB, or unset the URL to use the embedded PostgreSQL.',
    { cause: error },
  );
}
