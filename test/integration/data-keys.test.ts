import { hkdfSync, randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { startApp, useApp } from '../support/app.ts';
import { separateDatabase } from '../support/database.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';
import { asOwner, openConnection, query } from './open-database.ts';

type Connection = Awaited<ReturnType<typeof openConnection>>;

const open: Connection[] = [];
afterEach(async () => {
  for (const { database } of open.splice(0)) await database.onApplicationShutdown();
});

/** One more instance, with a memory of its own. */
async function instance(settings: Readonly<Record<string, string>> = {}): Promise<Connection> {
  const connection = await openConnection(settings);
  open.push(connection);
  return connection;
}

const ring = (...ids: readonly string[]) => ids.map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const stored = (organizationId: string) =>
  asOwner<{ id: string; wrappedKey: Buffer | null }>(`SELECT * FROM "DataKey" WHERE "organizationId" = $1`, [
    organizationId,
  ]);
const destroy = (organizationId: string) =>
  asOwner(`UPDATE "DataKey" SET "wrappedKey" = NULL, "destroyedAt" = now() WHERE "organizationId" = $1`, [
    organizationId,
  ]);

describe('data keys', () => {
  it('B10.1 are one per organization, however many ask for the first time at once', async () => {
    const organizationId = newId();
    const [one, other] = [await instance(), await instance()];
    const asked = [one, other].flatMap(({ dataKeys }) =>
      Array.from({ length: 25 }, () => dataKeys.current(organizationId)),
    );
    const keys = await Promise.all(asked);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(await stored(organizationId)).toHaveLength(1);
    const derived = keys.map((key) => key.derive('the same').export().toString('hex'));
    expect(new Set(derived).size).toBe(1);
  });

  it('B10.1 of two organizations, and of none, differ', async () => {
    const { dataKeys } = await instance();
    const keys = await Promise.all([newId(), newId(), null].map((owner) => dataKeys.current(owner)));
    expect(new Set(keys.map((key) => key.derive('p').export().toString('hex'))).size).toBe(3);
  });

  it('B10.2 are not given to another organization', async () => {
    const { dataKeys } = await instance();
    const key = await dataKeys.current(newId());
    for (const owner of [newId(), null]) {
      await expect(dataKeys.find(key.id, owner)).rejects.toThrow(/not available/);
      expect(dataKeys.opened(key.id, owner)).toBeUndefined();
    }
  });

  it('B10.1 do not lie in the table in the clear', async () => {
    const organizationId = newId();
    const { dataKeys } = await instance();
    const key = await dataKeys.current(organizationId);
    const [row] = await stored(organizationId);
    expect(row?.wrappedKey).toHaveLength(12 + 32 + 16);
    const derived = Buffer.from(hkdfSync('sha256', row?.wrappedKey?.subarray(12, 44) ?? '', '', 'p', 32));
    expect(key.derive('p').export().equals(derived)).toBe(false);
  });

  it('B10.4 are gone for everybody once they are destroyed, and no new one takes their place', async () => {
    const organizationId = newId();
    const { dataKeys } = await instance();
    const { id } = await dataKeys.current(organizationId);
    await destroy(organizationId);
    const { dataKeys: elsewhere } = await instance();
    for (const keys of [dataKeys, elsewhere]) {
      await expect(keys.find(id, organizationId)).rejects.toThrow(/not available/);
      await expect(keys.current(organizationId)).rejects.toThrow(/not available/);
      expect(await keys.listOf(organizationId)).toEqual([]);
    }
    expect(await stored(organizationId)).toHaveLength(1);
  });

  it('B10.4 cannot be destroyed and kept, nor be without a date and without a key', async () => {
    const organizationId = newId();
    const { dataKeys } = await instance();
    await dataKeys.current(organizationId);
    for (const change of [`"destroyedAt" = now()`, `"wrappedKey" = NULL`]) {
      const half = asOwner(`UPDATE "DataKey" SET ${change} WHERE "organizationId" = $1`, [organizationId]);
      await expect(half).rejects.toMatchObject({ constraint: 'DataKey_destroyed' });
    }
  });
});

describe('a server', () => {
  const app = useApp();
  let organization: TestOrganization;
  beforeAll(async () => {
    organization = await TestOrganization.create(app());
  });

  it('B10.4 forgets a key that was destroyed under another instance, within a second', async () => {
    const clinician = await organization.as('clinician');
    const { body } = await clinician.post('/v1/patients', somePatient);
    const path = `/v1/patients/${String(body['id'])}`;
    expect((await clinician.get(path)).status).toBe(200);
    await destroy(organization.id);
    await expect.poll(async () => (await clinician.get(path)).status, { timeout: 1000 }).toBe(500);
    const write = await clinician.post('/v1/patients', somePatient);
    expect(write.status).toBe(500);
    expect(write.text).not.toMatch(/key|cipher/i);
  });
});

describe('a start', () => {
  const settingsWith = (...keys: readonly string[]) => ({
    KEY_ENCRYPTION_KEYS: keys.join(','),
    DATABASE_URL: serverUrl,
  });
  async function startsWith(...keys: readonly string[]) {
    await (await startApp(settingsWith(...keys))).close();
    return true;
  }
  let serverUrl: string;
  let ownerUrl: string;
  const [first = '', second = ''] = ring('first', 'second');

  beforeAll(async () => {
    ({ serverUrl, ownerUrl } = await separateDatabase());
    const { database, dataKeys } = await openConnection(settingsWith(first));
    await dataKeys.current(newId());
    await dataKeys.current(null);
    await database.onApplicationShutdown();
  });

  it('A5.3 A7.2 is refused without the key-encryption key, and says which one is missing', async () => {
    const refusal = startApp(settingsWith(second));
    await expect(refusal).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringContaining('"first"') });
  });

  it('A5.3 A7.2 is refused with other bytes under its name', async () => {
    const [impostor = ''] = ring('first');
    const refusal = startApp(settingsWith(impostor));
    await expect(refusal).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringContaining('"first"') });
  });

  it('B10.4 succeeds with the key anywhere in the ring', async () => {
    await expect(startsWith(second, first)).resolves.toBe(true);
  });

  it('A7.2 succeeds without the key once what it wrapped is destroyed', async () => {
    await query(ownerUrl, 'UPDATE "DataKey" SET "wrappedKey" = NULL, "destroyedAt" = now()');
    await expect(startsWith(second)).resolves.toBe(true);
  });
});
