import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { workerDatabase } from '../support/database.ts';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

const CHANNEL = 'access_changed';

let database: Database;
let listener: pg.Client;
let heard: unknown[] = [];

beforeAll(async () => {
  database = await openDatabase();
  listener = new pg.Client({ connectionString: (await workerDatabase()).serverUrl });
  await listener.connect();
  listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? 'null')));
  await listener.query(`LISTEN ${CHANNEL}`);
});
afterAll(async () => {
  await listener.end();
  await database.onApplicationShutdown();
});

/** One member of one organization with one session, as the server makes them. */
async function somebody() {
  const [organization, user, session] = [newId(), newId(), newId()];
  const { client } = database;
  await client.organization.create({ data: { id: organization, name: organization } });
  await client.user.create({
    data: {
      id: user,
      email: `${user}@test.example`,
      displayName: 'Ada',
      passwordHash: 'x',
      memberships: { create: { organizationId: organization, role: 'clinician' } },
    },
  });
  await client.session.create({
    data: {
      id: session,
      userId: user,
      organizationId: organization,
      authTime: new Date(),
      amr: ['pwd'],
      deviceLabel: 'Firefox on Linux',
      ip: '198.51.100.7',
      lastSeenAt: new Date(),
      expiresAt: new Date(Date.now() + 60_000),
    },
  });
  return { organization, user, session };
}

let ada: Awaited<ReturnType<typeof somebody>>;
beforeEach(async () => {
  ada = await somebody();
  await caughtUp();
  heard = [];
});

/** PostgreSQL delivers in the order of commits: when the marker is here, everything before it is. */
async function caughtUp(): Promise<void> {
  const marker = newId();
  const arrived = new Promise<void>((resolve) => {
    const look = ({ payload }: pg.Notification) => {
      if (payload !== JSON.stringify({ marker })) return;
      listener.off('notification', look);
      resolve();
    };
    listener.on('notification', look);
  });
  await asOwner(`SELECT pg_notify('${CHANNEL}', $1)`, [JSON.stringify({ marker })]);
  await arrived;
  heard = heard.filter((message) => !Object.hasOwn(Object(message), 'marker'));
}

type Change = () => Promise<unknown>;
const sql = (statement: string, ...values: unknown[]) => asOwner(statement, values);

describe('every instance is told', () => {
  const session = () => ({ session: ada.session });
  const membership = () => ({ organization: ada.organization, user: ada.user });
  const user = () => ({ user: ada.user });

  it.each<[string, Change, () => object[]]>([
    [
      'a session is revoked',
      () => database.client.session.update({ where: { id: ada.session }, data: { revokedAt: new Date() } }),
      () => [session()],
    ],
    [
      'sessions are revoked together',
      () => database.client.session.updateMany({ where: { userId: ada.user }, data: { revokedAt: new Date() } }),
      () => [session()],
    ],
    [
      'a session is revoked by hand',
      () => sql(`UPDATE "Session" SET "revokedAt" = now() WHERE id = $1`, ada.session),
      () => [session()],
    ],
    [
      'a session gets another end',
      () => sql(`UPDATE "Session" SET "expiresAt" = now() WHERE id = $1`, ada.session),
      () => [session()],
    ],
    [
      'a session gets another time of sign-in',
      () => sql(`UPDATE "Session" SET "authTime" = now() - interval '1 day' WHERE id = $1`, ada.session),
      () => [session()],
    ],
    ['a session is deleted', () => database.client.session.delete({ where: { id: ada.session } }), () => [session()]],
    [
      'a member gets another role',
      () => sql(`UPDATE "Membership" SET role = 'auditor' WHERE "userId" = $1`, ada.user),
      () => [membership()],
    ],
    [
      'a membership ends, and its sessions with it',
      () => sql(`DELETE FROM "Membership" WHERE "userId" = $1`, ada.user),
      () => [membership(), session()],
    ],
    [
      'a person is suspended',
      () => database.client.user.update({ where: { id: ada.user }, data: { suspendedAt: new Date() } }),
      () => [user()],
    ],
    [
      'a person gets another password',
      () => database.client.user.update({ where: { id: ada.user }, data: { passwordHash: 'y' } }),
      () => [user()],
    ],
    [
      'a person gets another address',
      () => sql(`UPDATE "User" SET email = $2 WHERE id = $1`, ada.user, `${newId()}@test.example`),
      () => [user()],
    ],
    [
      'a person is deleted, and all that was theirs',
      () => sql(`DELETE FROM "User" WHERE id = $1`, ada.user),
      () => [membership(), session(), user()],
    ],
    [
      'an organization is deleted, and all that was in it',
      () => sql(`DELETE FROM "Organization" WHERE id = $1`, ada.organization),
      () => [membership(), session()],
    ],
  ])('B13.3 when %s', async (_what, change, expected) => {
    await change();
    await caughtUp();
    const order = (messages: readonly unknown[]) => messages.map((message) => JSON.stringify(message)).toSorted();
    expect(order(heard)).toEqual(order(expected()));
  });

  it('B13.3 when a session passes to another person', async () => {
    const eve = newId();
    const data = { id: eve, email: `${eve}@test.example`, displayName: 'Eve', passwordHash: 'x' };
    await database.client.user.create({ data });
    await database.client.membership.create({ data: { organizationId: ada.organization, userId: eve, role: 'owner' } });
    await sql(`UPDATE "Session" SET "userId" = $2 WHERE id = $1`, ada.session, eve);
    await caughtUp();
    expect(heard).toEqual([session()]);
  });

  it('B13.3 of each of many changes in one transaction, once it commits', async () => {
    const eve = await somebody();
    await database.client.session.updateMany({
      where: { id: { in: [ada.session, eve.session] } },
      data: { revokedAt: new Date() },
    });
    await caughtUp();
    expect(heard).toHaveLength(2);
    expect(heard).toEqual(expect.arrayContaining([session(), { session: eve.session }]));
  });

  it('B7.6 nothing but ids', async () => {
    await sql(`DELETE FROM "User" WHERE id = $1`, ada.user);
    await caughtUp();
    const values = heard.flatMap((message) => Object.values(Object(message)));
    expect(values.every((value) => /^[0-9a-f-]{36}$/.test(String(value)))).toBe(true);
  });
});

describe('nobody is told', () => {
  it.each<[string, Change]>([
    ['somebody signs up and signs in', () => somebody()],
    [
      'a session is refreshed',
      () =>
        database.client.refreshToken.create({
          data: { id: newId(), sessionId: ada.session, tokenHash: Buffer.from(newId()), expiresAt: new Date() },
        }),
    ],
    [
      'a session is written as it was',
      () => sql(`UPDATE "Session" SET "expiresAt" = "expiresAt", "revokedAt" = "revokedAt" WHERE id = $1`, ada.session),
    ],
    [
      'a person changes their name',
      () => database.client.user.update({ where: { id: ada.user }, data: { displayName: 'Grace' } }),
    ],
    [
      'an organization changes its name',
      () => sql(`UPDATE "Organization" SET name = $1 WHERE id = $2`, newId(), ada.organization),
    ],
    ['nothing is found to change', () => sql(`UPDATE "Session" SET "revokedAt" = now() WHERE id = $1`, newId())],
    [
      'a patient is created',
      () =>
        clientOf(database, ada.organization).patient.create({
          data: {
            id: newId(),
            organizationId: ada.organization,
            givenName: 'Ada',
            familyName: 'Lovelace',
            birthDate: new Date(),
            nationalId: 'x',
            phone: 'x',
            address: 'x',
          },
        }),
    ],
    [
      'a change is rolled back',
      () =>
        database
          .inTransaction(async (tx) => {
            await tx.session.update({ where: { id: ada.session }, data: { revokedAt: new Date() } });
            throw new Error('rolled back');
          })
          .catch((error: unknown) => error),
    ],
  ])('when %s', async (_what, change) => {
    await change();
    await caughtUp();
    expect(heard).toEqual([]);
  });
});
