import type pg from 'pg';
import { SecurityEvents } from '../audit/index.js';
import type { LoadedConfig } from '../config/index.js';
import { StartRefused } from '../process/index.js';
import { SystemClock } from '../time/index.js';
import type { ColumnAddress } from '../crypto/index.js';
import { connectDatabase } from './connect.js';
import { DatabaseConfig } from './database.config.js';
import { createPool } from './pool.js';
import { ReEncryption, type Progress } from './re-encryption.js';
import { StoredAuditTrail } from './stored-audit-trail.js';

interface RotationReport {
  /** False when a rotation that was interrupted has been brought to its end instead. */
  readonly isNewKey: boolean;
  readonly rows: number;
  /** What does not open, and stays as it is. */
  readonly refused: readonly ColumnAddress[];
}

type Connection = Awaited<ReturnType<typeof connectDatabase>>;

/** What `npm run keys:…` does, in a process of its own: servers go on serving. Whoever opens it closes it. @control B10.4 */
export class KeyMaintenance {
  private constructor(
    private readonly connection: Connection,
    private readonly pool: pg.Pool,
    private readonly events: SecurityEvents,
  ) {}

  static async open(config: LoadedConfig): Promise<KeyMaintenance> {
    const connection = await connectDatabase(config);
    const trail = new StoredAuditTrail(connection.database, config.get(DatabaseConfig));
    // One connection holds the lock, the other works.
    const pool = createPool(config.get(DatabaseConfig), 2);
    return new KeyMaintenance(connection, pool, new SecurityEvents(trail, new SystemClock()));
  }

  /**
   * A new data key, and every value of the organization under it. When an earlier run was interrupted it is finished instead,
   * unless `isForced`: rows that do not open would otherwise stand in the way for ever.
   */
  rotate(
    organizationId: string | null,
    isForced: boolean,
    onProgress: (progress: Progress) => void,
  ): Promise<RotationReport> {
    return this.exclusively(`rotation of ${organizationId ?? 'no organization'}`, async () => {
      const { ciphers, dataKeys, keyMaintenance } = this.connection;
      if (organizationId !== null) await this.nameOf(organizationId);
      const work = new ReEncryption(this.pool, ciphers, dataKeys, organizationId);
      const isNewKey = isForced || (await work.count()) === 0;
      if (isNewKey) {
        await keyMaintenance.rotate(organizationId);
        await this.events.record({ name: 'crypt_key_rotated', organizationId });
      }
      let rows = 0;
      const refused = await work.run((progress) => {
        rows = progress.done;
        onProgress(progress);
      });
      for (const address of refused) {
        await this.events.record({ name: 'crypt_decrypt_fail', organizationId, facts: { ...address } });
      }
      return { isNewKey, rows, refused };
    });
  }

  rewrap(): Promise<number> {
    return this.exclusively('rewrapping', async () => {
      const count = await this.connection.keyMaintenance.rewrapAll();
      await this.events.record({ name: 'crypt_key_rotated', organizationId: null, reason: 'rewrapped' });
      return count;
    });
  }

  /** The name is asked for so that nobody shreds the wrong organization by a slip in an id. */
  async shred(organizationId: string, name: string): Promise<number> {
    if ((await this.nameOf(organizationId)) !== name) {
      throw new StartRefused('The name after --yes is not the name of this organization: nothing was destroyed.');
    }
    // First: what cannot be undone does not happen without its event.
    await this.events.record({ name: 'crypt_key_destroyed', organizationId });
    return this.connection.keyMaintenance.destroyAll(organizationId);
  }

  async close(): Promise<void> {
    await this.events.onApplicationShutdown();
    await Promise.all([this.connection.close(), this.pool.end()]);
  }

  private async nameOf(id: string): Promise<string> {
    const organization = await this.connection.database.client.organization.findUnique({ where: { id } });
    if (organization === null) throw new StartRefused(`There is no organization ${id}.`);
    return organization.name;
  }

  /** The lock goes with the connection, so whoever is killed leaves none behind. */
  private async exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    const holder = await this.pool.connect();
    try {
      const { rows } = await holder.query<{ isOurs: boolean }>(
        `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS "isOurs"`,
        [`rampart keys: ${what}`],
      );
      if (rows[0]?.isOurs !== true) throw new StartRefused(`A ${what} is running: wait for its end.`);
      return await work();
    } finally {
      holder.release(true);
    }
  }
}
