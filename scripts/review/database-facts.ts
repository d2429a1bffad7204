import type { Client } from 'pg';
import type { Aged, Facts } from './evaluate.ts';

type DatabaseFacts = Pick<Facts, 'users' | 'apiKeys' | 'roles' | 'recertifications' | 'dataKeys' | 'keyEncryptionKeys'>;

/** What the database says, by ids alone: the review is read by people who need no names. */
export async function databaseFacts(client: Client): Promise<DatabaseFacts> {
  const aged = async (query: string): Promise<readonly Aged[]> => (await client.query<Aged>(query)).rows;
  const { rows: roles } = await client.query<Facts['roles'][number]>(
    `SELECT "organizationId", "role"::text AS role, count(*)::int AS holders FROM "Membership" GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return {
    // Sessions are deleted some time after their end: who has none was last seen before, or never.
    users: await aged(
      `SELECT u."id" AS name, GREATEST(u."createdAt", max(s."lastSeenAt")) AS since FROM "User" u
       LEFT JOIN "Session" s ON s."userId" = u."id"
       WHERE u."suspendedAt" IS NULL AND EXISTS (SELECT FROM "Membership" m WHERE m."userId" = u."id")
       GROUP BY u."id" ORDER BY u."id"`,
    ),
    apiKeys: await aged(
      `SELECT "keyId" AS name, COALESCE("lastUsedAt", "createdAt") AS since FROM "ApiKey"
       WHERE "revokedAt" IS NULL AND "expiresAt" > now() ORDER BY "keyId"`,
    ),
    roles,
    // Where nobody but one owner is a member there is nobody to look at.
    recertifications: await aged(
      `SELECT o."id" AS name, COALESCE(max(r."confirmedAt"), o."createdAt") AS since FROM "Organization" o
       LEFT JOIN "Recertification" r ON r."organizationId" = o."id"
       WHERE (SELECT count(*) FROM "Membership" m WHERE m."organizationId" = o."id") > 1
       GROUP BY o."id" ORDER BY o."id"`,
    ),
    // Those keys carry no time: in use since the first data key that they are known to have wrapped, destroyed ones included.
    keyEncryptionKeys: await aged(
      `SELECT "wrappedBy" AS name, min("wrappedAt") AS since FROM "DataKey"
       GROUP BY 1 HAVING bool_or("destroyedAt" IS NULL) ORDER BY 1`,
    ),
    dataKeys: await aged(
      `SELECT COALESCE("organizationId"::text, 'none') AS name, "createdAt" AS since FROM "DataKey"
       WHERE "retiredAt" IS NULL AND "destroyedAt" IS NULL ORDER BY 1`,
    ),
  };
}
