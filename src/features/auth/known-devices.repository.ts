import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import type { Device } from '../sessions/index.js';

/** Nobody's id (RFC 9562 §5.9): asked for where there is no account, so that the same query is made. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class KnownDevicesRepository {
  constructor(private readonly database: Database) {}

  async isKnown(userId: string | undefined, { fingerprint }: Device): Promise<boolean> {
    const key = { userId: userId ?? NOBODY, fingerprint };
    const row = await this.database.client.knownDevice.findUnique({
      where: { userId_fingerprint: key },
      select: { userId: true },
    });
    return row !== null;
  }

  async forgetAll(userId: string): Promise<void> {
    await this.database.client.knownDevice.deleteMany({ where: { userId } });
  }

  /** True when it was not known before: of parallel sign-ins one is told so. */
  async remember(userId: string, { fingerprint }: Device, now: Date): Promise<boolean> {
    const { count } = await this.database.client.knownDevice.createMany({
      data: [{ userId, fingerprint, lastSeenAt: now }],
      skipDuplicates: true,
    });
    if (count > 0) return true;
    await this.database.client.knownDevice.updateMany({ where: { userId, fingerprint }, data: { lastSeenAt: now } });
    return false;
  }
}
