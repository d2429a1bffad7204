import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';

@Injectable()
export class RouteUsesRepository {
  constructor(private readonly database: Database) {}

  /** All of them in one statement, in one order for all instances. One that writes later does not turn the time back. */
  async write(routes: readonly string[], at: Date): Promise<void> {
    await this.database.client.$executeRaw`
      INSERT INTO "RouteUse" ("route", "lastUsedAt")
      SELECT "route", ${at.toISOString()}::timestamptz FROM unnest(${routes.toSorted()}::text[]) AS used ("route")
      ON CONFLICT ("route") DO UPDATE SET "lastUsedAt" = GREATEST("RouteUse"."lastUsedAt", EXCLUDED."lastUsedAt")`;
  }
}
