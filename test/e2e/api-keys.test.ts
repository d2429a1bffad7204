import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiKeyUses } from '../../src/features/api-keys/api-key-uses.js';
import { openScopes } from '../../src/features/api-keys/api-keys.policy.js';
import { Database } from '../../src/platform/database/index.js';
import { roles, type Role } from '../../src/roles.js';
import { asOwner } from '../integration/open-database.ts';
import {
  expectKeyOpen,
  expectKeyRefused,
  keyOf,
  listKeys,
  makeKey,
  Program,
  statusOfKey,
  type MadeKey,
} from '../support/api-keys.ts';
import { startApp, useApp } from '../support/app.ts';
import type { Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';

/** Role, and what stands in its row. */
const documentedRows = [...readFileSync('docs/recipes/api-keys.md', 'utf8').matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(
  ([, role = '', text = '']) => [role, text] as const,
);
const DAY = 86_400;
const PATIENTS = '/v1/patients';
const KEYS = '/v1/api-keys';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let second: NestFastifyApplication;
let organization: TestOrganization;

beforeAll(async () => {
  second = await startApp({ SMTP_URL: mails.url });
  organization = await TestOrganization.create(app());
});
afterAll(async () => {
  await second.close();
  await mails.close();
});

const program = ({ key }: MadeKey, address?: string) => new Program(app(), key, address);

const expectOpen = (key: MadeKey, where = app()) => expectKeyOpen(where, key);
const expectRefused = (key: MadeKey, where = app()) => expectKeyRefused(where, key);

/** A fresh sign-in, for clocks that have moved. */
const again = ({ member }: SignedIn) => signIn(app(), member);

const change = (person: SignedIn, data: object) =>
  app()
    .get(Database)
    .client.membership.updateMany({ where: { userId: person.member.userId }, data });

describe('A4.1 A4.2 an API key', () => {
  it('is made, shown once, opens what its scopes say and ends', async () => {
    const person = await organization.as('receptionist');
    const answer = await person.post(KEYS, { name: 'Lab', scopes: ['patients:read'], expiresInDays: 30 });
    const key = keyOf(answer);
    expect(answer.body).toMatchObject({ name: 'Lab', scopes: ['patients:read'], networks: [], rateTier: 'standard' });
    expect(key.key).toMatch(/^rmp_test_[0-9A-Za-z]{16}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(key.key.split('_')[2]).toBe(key.keyId);
    await expectOpen(key);
    expectProblem(await program(key).post(PATIENTS, somePatient), 'forbidden');
    const [entry] = await listKeys(person);
    expect(entry).toMatchObject({ id: key.id, keyId: key.keyId, status: 'active', createdById: person.member.userId });
    expect(JSON.stringify(entry)).not.toContain(key.key.split('_')[3]);
    expect((await person.delete(`${KEYS}/${key.id}`)).status).toBe(204);
    await expectRefused(key);
    expect(await statusOfKey(person, key)).toBe('revoked');
    expectProblem(await person.delete(`${KEYS}/${key.id}`), 'not-found');
  });

  it('tells its maker by mail', async () => {
    const person = await organization.as('receptionist');
    const { keyId, key } = await makeKey(person);
    const mail = await mails.waitForMail(person.member.email, { subject: /made in your name/ });
    expect(mail.text).toContain(keyId);
    expect(mail.raw).not.toContain(key);
  });

  it('acts as who made it: patients of another organization do not exist', async () => {
    const other = await TestOrganization.create(app());
    const stranger = await other.as('receptionist');
    const { id } = (await stranger.post(PATIENTS, somePatient)).body;
    const key = await makeKey(await organization.as('receptionist'));
    expectProblem(await program(key).get(`${PATIENTS}/${String(id)}`), 'not-found');
  });

  it.each<[string, object, string]>([
    ['no name', { name: '' }, '#/name'],
    ['no scopes', { scopes: [] }, '#/scopes'],
    ['a scope twice', { scopes: ['patients:read', 'patients:read'] }, '#/scopes'],
    ['a scope that nobody knows', { scopes: ['patients:*'] }, '#/scopes'],
    ['the scope of sessions', { scopes: ['all'] }, '#/scopes'],
    ['a scope of members', { scopes: ['members:read'] }, '#/scopes'],
    ['a scope of keys', { scopes: ['api-keys:create'] }, '#/scopes'],
    ['scopes as a text', { scopes: 'patients:read' }, '#/scopes'],
    ['no day', { expiresInDays: 0 }, '#/expiresInDays'],
    ['91 days', { expiresInDays: 91 }, '#/expiresInDays'],
    ['half a day', { expiresInDays: 0.5 }, '#/expiresInDays'],
    ['a network that is none', { networks: ['198.51.100.0/24', '198.51.100.0/33'] }, '#/networks/1'],
    ['a network that is a number', { networks: [1] }, '#/networks'],
    ['21 networks', { networks: Array.from({ length: 21 }, (_, i) => `192.0.2.${i}`) }, '#/networks'],
    ['networks that are null', { networks: null }, '#/networks'],
    ['another tier', { rateTier: 'unlimited' }, '#/rateTier'],
    ['a maker', { createdById: '00000000-0000-4000-8000-000000000000' }, '#/createdById'],
    ['a secret', { secretHash: 'x' }, '#/secretHash'],
  ])('is not made with %s', async (_what, settings, pointer) => {
    const person = await organization.as('receptionist');
    const body = { name: 'Lab', scopes: ['patients:read'], expiresInDays: 90, ...settings };
    const answer = await person.post(KEYS, body);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual([pointer]);
  });

  it.each(Object.keys(roles) as Role[])('gets from a %s what the recipe says, and no other scope', async (role) => {
    const [row] = documentedRows.filter(([name]) => name === role);
    const person = await organization.as(role);
    const open: string[] = [];
    for (const scope of openScopes) {
      const answer = await person.post(KEYS, { name: 'Lab', scopes: [scope], expiresInDays: 1 });
      if (answer.status === 201) open.push(scope);
      else expectProblem(answer, 'forbidden');
    }
    expect(open).toEqual(openScopes.filter((scope) => row?.[1].includes(scope)));
    expect((await person.get(KEYS)).status).toBe(row?.[1].includes('none can be made') ? 403 : 200);
  });

  it('ends at its end', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second);
    const key = await makeKey(await again(person), { expiresInDays: 10 });
    clock.advance(10 * DAY - 1);
    await expectOpen(key);
    clock.advance(1);
    await expectRefused(key);
    expect(await statusOfKey(await again(person), key)).toBe('expired');
  });

  it('B14.1 opens nothing from outside of its networks', async () => {
    const person = await organization.as('receptionist');
    const key = await makeKey(person, { networks: ['198.51.100.7/24', '2001:db8::/32'] });
    expect(key['networks']).toEqual(['198.51.100.0/24', '2001:db8::/32']);
    for (const address of ['198.51.100.1', '2001:db8::1', '::ffff:198.51.100.9']) {
      expect((await program(key, address).get(PATIENTS)).status).toBe(200);
    }
    for (const address of ['198.51.101.1', '2001:db9::1', '10.0.0.1']) {
      expectProblem(await program(key, address).get(PATIENTS), 'unauthenticated');
    }
  });

  it('keeps when and from where it was used, written in batches', async () => {
    const person = await organization.as('receptionist');
    const key = await makeKey(person);
    expect((await program(key, '203.0.113.7').get(PATIENTS)).status).toBe(200);
    expect((await listKeys(person))[0]).toMatchObject({ lastUsedAt: null, lastUsedIp: null });
    await app().get(ApiKeyUses).flush();
    expect((await listKeys(person))[0]).toMatchObject({ lastUsedAt: expect.any(String), lastUsedIp: '203.0.113.7' });
  });
});

describe('A1.4 keys of others', () => {
  it('are nothing to a member, and are seen and ended by an owner of the same organization', async () => {
    const [person, colleague, owner] = [
      await organization.as('receptionist'),
      await organization.as('receptionist'),
      await organization.as('owner'),
    ];
    const foreign = await (await TestOrganization.create(app())).as('owner');
    const key = await makeKey(person);
    for (const caller of [colleague, foreign]) {
      expect((await listKeys(caller)).map(({ id }) => id)).not.toContain(key.id);
      expectProblem(await caller.delete(`${KEYS}/${key.id}`), 'not-found');
    }
    for (const caller of [colleague, foreign, owner]) {
      expectProblem(await caller.post(`${KEYS}/${key.id}/rotate`, {}), 'not-found');
    }
    await expectOpen(key);
    expect((await listKeys(owner, '?limit=100')).map(({ id }) => id)).toContain(key.id);
    expect((await owner.delete(`${KEYS}/${key.id}`)).status).toBe(204);
    await expectRefused(key);
  });
});

describe('A4.4 two instances', () => {
  /** A key that both have in memory. */
  async function knownToBoth(person: SignedIn, settings: object = {}): Promise<MadeKey> {
    const key = await makeKey(person, settings);
    for (const instance of [app(), second]) await expectOpen(key, instance);
    return key;
  }

  async function expectEventually(key: MadeKey, check: (answer: Answer) => void): Promise<void> {
    for (const instance of [second, app()]) {
      await vi.waitFor(async () => check(await new Program(instance, key.key).get(PATIENTS)), {
        timeout: 1000,
        interval: 10,
      });
    }
  }

  const isRefused = (answer: Answer) => expectProblem(answer, 'unauthenticated');

  it.each<[string, (person: SignedIn, key: MadeKey) => Promise<unknown>]>([
    ['revoked', (person, { id }) => person.delete(`${KEYS}/${id}`)],
    ['rotated without an overlap', (person, { id }) => person.post(`${KEYS}/${id}/rotate`, { overlapHours: 0 })],
    ['revoked by hand', (_person, { id }) => asOwner('UPDATE "ApiKey" SET "revokedAt" = now() WHERE id = $1', [id])],
    ['deleted by hand', (_person, { id }) => asOwner('DELETE FROM "ApiKey" WHERE id = $1', [id])],
    [
      'of somebody who is suspended',
      ({ member }) => asOwner('UPDATE "User" SET "suspendedAt" = now() WHERE id = $1', [member.userId]),
    ],
    [
      'of somebody who is no longer a member',
      ({ member }) => asOwner('DELETE FROM "Membership" WHERE "userId" = $1', [member.userId]),
    ],
  ])('refuse within a second a key that is %s', async (_what, happen) => {
    const person = await organization.as('receptionist');
    const [key, bystander] = [await knownToBoth(person), await knownToBoth(await organization.as('receptionist'))];
    await happen(person, key);
    await expectEventually(key, isRefused);
    await expectOpen(bystander, second);
  });

  it('A1.4 shrink a key within a second with the role of its maker, and let it grow to its scopes again', async () => {
    const person = await organization.as('receptionist');
    const key = await knownToBoth(person, { scopes: ['patients:read', 'patients:create'] });
    const create = (where: NestFastifyApplication) => new Program(where, key.key).post(PATIENTS, somePatient);
    await change(person, { role: 'patient' });
    await vi.waitFor(async () => expectProblem(await create(second), 'forbidden'), { timeout: 1000, interval: 10 });
    await change(person, { role: 'auditor' });
    await expectEventually(key, (answer) => expectProblem(answer, 'forbidden'));
    await change(person, { role: 'receptionist' });
    await expectEventually(key, ({ status }) => expect(status).toBe(200));
    expect((await create(second)).status).toBe(201);
  });

  it('B13.3 tell sessions and keys alike of a change', async () => {
    const person = await organization.as('receptionist');
    const key = await knownToBoth(person);
    expect((await person.get('/v1/me')).status).toBe(200);
    await change(person, { role: 'auditor' });
    await expectEventually(key, (answer) => expectProblem(answer, 'forbidden'));
    expectProblem(await person.get('/v1/me'), 'second-factor-required');
  });

  it('forget everything when a notification cannot be read', async () => {
    const key = await knownToBoth(await organization.as('receptionist'));
    await asOwner(`SELECT pg_notify('access_changed', 'nonsense')`);
    await expectOpen(key, second);
  });
});

/** Last: passport knows one strategy for the whole process, the one of the application that was started last. */
describe('A4.2 the last use of a key', () => {
  it('A7.2 keeps uses that could not be written for the next batch, and writes what is left when it stops', async () => {
    const [person, third] = [await organization.as('receptionist'), await startApp()];
    const key = await makeKey(person);
    await expectOpen(key, third);
    vi.spyOn(third.get(Database).client, '$executeRaw').mockRejectedValueOnce(new Error('database away'));
    await third.get(ApiKeyUses).flush();
    expect((await listKeys(person))[0]).toMatchObject({ lastUsedAt: null });
    await third.close();
    expect((await listKeys(person))[0]).toMatchObject({ lastUsedAt: expect.any(String) });
  });
});
