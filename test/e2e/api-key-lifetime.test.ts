import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { ApiKeyReminders } from '../../src/features/api-keys/api-key-reminders.js';
import { ApiKeyUses } from '../../src/features/api-keys/api-key-uses.js';
import {
  expectKeyOpen,
  expectKeyRefused,
  keyOf,
  listKeys,
  makeKey,
  statusOfKey,
  type MadeKey,
} from '../support/api-keys.ts';
import { useApp } from '../support/app.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox } from '../support/mailbox.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const DAY = 86_400;
const KEYS = '/v1/api-keys';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const second = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});
afterAll(() => mails.close());

const expectOpen = (key: MadeKey, where = app()) => expectKeyOpen(where, key);
const expectRefused = (key: MadeKey) => expectKeyRefused(app(), key);

/** A fresh sign-in, for clocks that have moved. */
const again = ({ member }: SignedIn) => signIn(app(), member);

// docs/recipes/api-keys.md says what is done here.
describe('A4.3 a rotation', () => {
  it('gives a key with the same settings, and lets both live until the overlap is over', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second());
    const settings = {
      scopes: ['patients:read', 'patients:contact'],
      rateTier: 'high',
      networks: ['0.0.0.0/1', '128.0.0.0/1'],
    };
    const old = await makeKey(await again(person), settings);
    clock.advance(5 * DAY);
    const next = keyOf(await (await again(person)).post(`${KEYS}/${old.id}/rotate`, { overlapHours: 48 }));
    expect(next).toMatchObject({ ...settings, name: old['name'] });
    expect(Date.parse(String(next['expiresAt'])) - clock.now.getTime()).toBe(90 * DAY * 1000);
    expect(next.key).not.toBe(old.key);
    for (const key of [old, next]) await expectOpen(key);
    clock.advance(2 * DAY - 1);
    for (const key of [old, next]) await expectOpen(key);
    clock.advance(1);
    await expectRefused(old);
    await expectOpen(next);
  });

  it('without an overlap ends the old key at once', async () => {
    const person = await organization.as('receptionist');
    const old = await makeKey(person);
    await expectOpen(old);
    const next = keyOf(await person.post(`${KEYS}/${old.id}/rotate`, { overlapHours: 0 }));
    await expectRefused(old);
    await expectOpen(next);
  });

  it('never lets the old key live longer', async () => {
    const person = await organization.as('receptionist');
    const old = await makeKey(person, { expiresInDays: 1 });
    keyOf(await person.post(`${KEYS}/${old.id}/rotate`, { overlapHours: 168 }));
    const entry = (await listKeys(person)).find(({ id }) => id === old.id);
    expect(entry?.['expiresAt']).toBe(old['expiresAt']);
  });

  it('is refused for a key that has ended, and for another overlap than a week', async () => {
    const person = await organization.as('receptionist');
    const old = await makeKey(person);
    for (const overlapHours of [-1, 169, 1.5, null, 'x']) {
      expectProblem(await person.post(`${KEYS}/${old.id}/rotate`, { overlapHours }), 'validation-failed');
    }
    await person.delete(`${KEYS}/${old.id}`);
    expectProblem(await person.post(`${KEYS}/${old.id}/rotate`, {}), 'conflict');
  });

  it('happens once to a key: its successor can be rotated, it cannot', async () => {
    const person = await organization.as('receptionist');
    const old = await makeKey(person);
    const next = keyOf(await person.post(`${KEYS}/${old.id}/rotate`, {}));
    expectProblem(await person.post(`${KEYS}/${old.id}/rotate`, {}), 'conflict');
    keyOf(await person.post(`${KEYS}/${next.id}/rotate`, {}));
  });

  it('A7.4 at the same moment happens once', async () => {
    const person = await organization.as('receptionist');
    const old = await makeKey(person);
    const rotate = () => person.post(`${KEYS}/${old.id}/rotate`, {});
    const statuses = (await Promise.all(Array.from({ length: 6 }, rotate))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(await listKeys(person)).toHaveLength(2);
  });
});

describe('B4.3 a key that nobody uses', () => {
  it('is suspended after 45 days, and shown so', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second());
    const [unused, used] = [await makeKey(await again(person)), await makeKey(await again(person))];
    clock.advance(44 * DAY);
    await expectOpen(used, second());
    await second().get(ApiKeyUses).flush();
    clock.advance(DAY + 1);
    await expectRefused(unused);
    await expectOpen(used);
    const visitor = await again(person);
    expect([await statusOfKey(visitor, unused), await statusOfKey(visitor, used)]).toEqual(['suspended', 'active']);
    expectProblem(await visitor.post(`${KEYS}/${unused.id}/rotate`, {}), 'conflict');
  });

  it('is not suspended by an instance that has not heard of its last use', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second());
    const key = await makeKey(await again(person));
    for (const instance of [app(), second()]) await expectOpen(key, instance);
    clock.advance(40 * DAY);
    await expectOpen(key, second());
    await second().get(ApiKeyUses).flush();
    clock.advance(40 * DAY);
    await expectOpen(key);
  });
});

describe('A4.3 reminders', () => {
  const ENDS = /^An API key of yours will expire$/;

  it('come 14 and 3 days before the end, each once', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second());
    const key = await makeKey(await again(person));
    const mailsAfter = async (days: number) => {
      clock.advance(days * DAY);
      for (const instance of [app(), app()]) await instance.get(ApiKeyReminders).remind();
      const subjects = await mailbox.subjectsTo(person.member.email);
      return subjects.filter((subject) => ENDS.test(subject)).length;
    };
    expect(await mailsAfter(75)).toBe(0);
    expect(await mailsAfter(1)).toBe(1);
    expect(await mailsAfter(10)).toBe(1);
    expect(await mailsAfter(1)).toBe(2);
    expect(await mailsAfter(4)).toBe(2);
    const mail = mails.mailsTo(person.member.email).find(({ subject }) => ENDS.test(subject));
    expect(mail?.text).toContain(key.keyId);
    expect(mail?.raw).not.toContain(key.key);
  });

  it('do not come for a key that is over or has a successor', async () => {
    const person = await organization.as('receptionist');
    const clock = new StoppedClock(app(), second());
    const visitor = await again(person);
    const [revoked, rotated] = [await makeKey(visitor, { expiresInDays: 20 }), await makeKey(visitor)];
    await visitor.delete(`${KEYS}/${revoked.id}`);
    keyOf(await visitor.post(`${KEYS}/${rotated.id}/rotate`, {}));
    clock.advance(10 * DAY);
    await app().get(ApiKeyReminders).remind();
    expect((await mailbox.subjectsTo(person.member.email)).filter((subject) => ENDS.test(subject))).toEqual([]);
  });
});
