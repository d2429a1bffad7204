import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { IpRulesRepository } from '../../src/features/security/ip-rules.repository.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database, DatabaseNotifications } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const RULES = '/v1/security/ip-rules';
const app = useApp();
let second: NestFastifyApplication;
let clinic: TestOrganization;
let owner: SignedIn;

beforeAll(async () => {
  second = await startApp();
});
afterAll(() => second.close());
afterEach(() => vi.restoreAllMocks());

/** Rules shut everybody out who is not on them, so each test has an organization of its own. */
beforeEach(async () => {
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
});

const rule = (action: string, network: string) => ({ action, network, note: 'the office' });
const add = (action: string, network: string, by: Caller = owner) => by.post(RULES, rule(action, network));
const remove = (answer: Answer, by: Caller = owner) => by.delete(`${RULES}/${String(answer.body['id'])}`);
const rulesOf = (answer: Answer) =>
  (answer.body['items'] as { action: string; network: string }[]).map(({ action, network }) => `${action} ${network}`);

/** The same access token, used from somewhere else. */
const from = (address: string, { accessToken }: Caller = owner) => new Caller(app(), accessToken, address);

async function expectStatus(expected: number, answer: Promise<Answer>): Promise<Answer> {
  const { status, text } = await answer;
  expect(status, text).toBe(expected);
  return answer;
}

describe('B14.1 an organization', () => {
  it('without rules is used from everywhere', async () => {
    expect((await owner.get(RULES)).body).toEqual({ items: [], nextCursor: null });
    for (const address of [someAddress(), '2001:db8::1', '::ffff:192.0.2.1']) {
      await expectStatus(200, from(address).get('/v1/me'));
    }
  });

  it('with an allow rule is used from there alone, in whatever spelling', async () => {
    await expectStatus(201, add('allow', owner.address));
    await expectStatus(201, add('allow', '2001:db8::/32'));
    for (const address of [owner.address, `::ffff:${owner.address}`, '2001:DB8:0::7']) {
      await expectStatus(200, from(address).get('/v1/me'));
    }
    for (const address of ['192.0.2.7', '2001:db9::1', '::1', `::${owner.address}`]) {
      expectProblem(await from(address).get('/v1/me'), 'network-not-allowed');
    }
  });

  it('with a deny rule is used from everywhere else', async () => {
    await expectStatus(201, add('deny', '192.0.2.0/24'));
    await expectStatus(200, owner.get('/v1/me'));
    for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::ffff:c000:207']) {
      expectProblem(await from(address).get('/v1/me'), 'network-not-allowed');
    }
  });

  it('with both denies what both have', async () => {
    await expectStatus(201, add('allow', '10.0.0.0/8'));
    await expectStatus(201, add('allow', '192.0.2.0/24'));
    await expectStatus(201, add('deny', '192.0.2.128/25'));
    await expectStatus(200, from('192.0.2.127').get('/v1/me'));
    expectProblem(await from('192.0.2.128').get('/v1/me'), 'network-not-allowed');
  });

  it('is closed to all its members elsewhere, on every route, before anything is told of the route', async () => {
    const receptionist = await clinic.as('receptionist');
    await add('allow', owner.address);
    for (const url of ['/v1/me', '/v1/patients', '/v1/members', RULES, `/v1/patients/${newId()}`, '/v1/patients/x']) {
      expectProblem(await receptionist.get(url), 'network-not-allowed');
    }
    expectProblem(await receptionist.post('/v1/patients', {}), 'network-not-allowed');
    expectProblem(await receptionist.delete('/v1/me/sessions'), 'network-not-allowed');
  });

  it('is opened again when the rule is removed', async () => {
    const added = await add('allow', owner.address);
    expectProblem(await from('192.0.2.7').get('/v1/me'), 'network-not-allowed');
    await expectStatus(204, remove(added));
    await expectStatus(200, from('192.0.2.7').get('/v1/me'));
  });

  it('has no say over another organization of the same person', async () => {
    const elsewhere = await TestOrganization.create(app());
    await elsewhere.join(owner.member, 'owner');
    const there = await signIn(app(), owner.member, elsewhere);
    await add('allow', owner.address);
    await expectStatus(200, from('192.0.2.7', there).get('/v1/me'));
  });

  it('that is closed to an address still signs people in there, and refuses their first request', async () => {
    const receptionist = await clinic.addMember('receptionist');
    await add('allow', owner.address);
    const signedIn = await signIn(app(), receptionist);
    expectProblem(await signedIn.get('/v1/me'), 'network-not-allowed');
    await expectStatus(200, new Caller(app(), undefined, '192.0.2.7').get('/health/live'));
  });

  it('refuses with an event, and tells the client nothing of its rules', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    await add('allow', owner.address);
    const answer = await from('192.0.2.7').get('/v1/me');
    expect(answer.text).not.toContain(owner.address);
    const line = { code: 'network-not-allowed', event: 'authz_fail', reason: 'address-not-listed', ip: '192.0.2.7' };
    expect(warn).toHaveBeenCalledWith(expect.objectContaining(line));
  });
});

describe('B14.3 an address that is allowed', () => {
  it('authenticates nobody and gives no permission', async () => {
    const receptionist = await clinic.as('receptionist');
    await add('allow', '10.0.0.0/8');
    expectProblem(await new Caller(app(), undefined, owner.address).get('/v1/me'), 'unauthenticated');
    expectProblem(await from(owner.address, receptionist).get(RULES), 'forbidden');
  });
});

describe('B14.4 a change of the rules', () => {
  it('is in force on another instance within a second', async () => {
    const there = new Caller(second, owner.accessToken, '192.0.2.7');
    await expectStatus(200, there.get('/v1/me'));
    const added = await add('allow', owner.address);
    const isRefused = async () => expectProblem(await there.get('/v1/me'), 'network-not-allowed');
    await vi.waitFor(isRefused, { timeout: 1000, interval: 10 });
    await remove(added);
    await vi.waitFor(() => expectStatus(200, there.get('/v1/me')), { timeout: 1000, interval: 10 });
  });

  it('is looked up once, and then no more', async () => {
    const list = vi.spyOn(app().get(IpRulesRepository), 'list');
    await add('allow', owner.address);
    // The notification of the change may arrive after the first request that follows it.
    await vi.waitFor(async () => {
      list.mockClear();
      for (let i = 0; i < 5; i += 1) await owner.get('/v1/me');
      expect(list).not.toHaveBeenCalled();
    });
  });

  it('A7.2 is seen by every request while the line of the notifications is down', async () => {
    await owner.get('/v1/me');
    vi.spyOn(app().get(DatabaseNotifications), 'isListening', 'get').mockReturnValue(false);
    const list = vi.spyOn(app().get(IpRulesRepository), 'list');
    await owner.get('/v1/me');
    await owner.get('/v1/me');
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('A7.2 lets nobody in when it cannot be read', async () => {
    vi.spyOn(app().get(IpRulesRepository), 'list').mockRejectedValue(new Error('database away'));
    expectProblem(await owner.get('/v1/me'), 'internal-error');
  });

  it('A7.2 lets nobody in when a row is broken', async () => {
    const row = { ...rule('deny', 'nonsense'), id: newId(), organizationId: clinic.id, createdById: newId() };
    const data = { ...row, action: 'deny' as const };
    await app().get(Database).client.ipRule.create({ data });
    await vi.waitFor(async () => expectProblem(await owner.get('/v1/me'), 'internal-error'), { interval: 10 });
  });

  it.each<[string, () => Promise<Answer>]>([
    ['allows others alone', () => add('allow', '192.0.2.0/24')],
    ['allows IPv6 alone', () => add('allow', '2000::/3')],
    ['denies them', () => add('deny', owner.address)],
    ['denies their network', () => add('deny', '10.0.0.0/8')],
    ['denies their network as IPv6', () => add('deny', '::ffff:10.0.0.0/104')],
  ])('is refused when it %s: nobody locks themselves out', async (_what, change) => {
    expectProblem(await change(), 'conflict');
    expect(rulesOf(await owner.get(RULES))).toEqual([]);
  });

  it('is refused when it takes the rule away that lets the caller in', async () => {
    const own = await add('allow', owner.address);
    const other = await add('allow', '192.0.2.0/24');
    expectProblem(await remove(own), 'conflict');
    await expectStatus(204, remove(other));
    await expectStatus(204, remove(own));
  });

  it('A7.4 leaves somebody in when two exclude each other at the same moment', async () => {
    const other = await clinic.as('owner');
    const answers = await Promise.all([add('deny', other.address), add('deny', owner.address, other)]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const [mine, theirs] = [await owner.get('/v1/me'), await other.get('/v1/me')];
    expect([mine.status, theirs.status].toSorted((a, b) => a - b)).toEqual([200, 403]);
  });

  it('A7.4 leaves the caller in when they take both of their rules away at the same moment', async () => {
    const [wide, narrow] = [await add('allow', '10.0.0.0/8'), await add('allow', owner.address)];
    await add('allow', '192.0.2.0/24');
    const answers = await Promise.all([remove(wide), remove(narrow)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409]);
  });

  it('is kept in the log, with who made it', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn');
    await remove(await add('deny', '192.0.2.0/24'));
    const facts = { event: 'authz_change', actorId: owner.member.userId, targetType: 'ip-rule' };
    const added = { action: { from: null, to: 'deny' }, network: { from: null, to: '192.0.2.0/24' } };
    const removed = { action: { from: 'deny', to: null }, network: { from: '192.0.2.0/24', to: null } };
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ ...facts, reason: 'network-rule-added', changes: added }),
    );
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ ...facts, reason: 'network-rule-removed', changes: removed }),
    );
  });
});

describe('B14.1 the rules', () => {
  it('are kept in one spelling, and once', async () => {
    const answer = await expectStatus(201, add('deny', '::FFFF:192.0.2.77/120'));
    expect(answer.body).toEqual({
      id: expect.any(String),
      action: 'deny',
      network: '192.0.2.0/24',
      note: 'the office',
      createdById: owner.member.userId,
      createdAt: expect.stringMatching(/Z$/),
    });
    expectProblem(await add('deny', '192.0.2.1/24'), 'conflict');
    expect(rulesOf(await owner.get(RULES))).toEqual(['deny 192.0.2.0/24']);
  });

  it.each<[string, unknown]>([
    ['#/network', rule('deny', '1.2.3.4/33')],
    ['#/network', rule('deny', '010.0.0.1')],
    ['#/network', rule('deny', '127.1')],
    ['#/network', rule('deny', '0x7f.1')],
    ['#/network', rule('deny', '0.0.0.0/0')],
    ['#/network', rule('allow', '::/0')],
    ['#/network', rule('deny', 'fe80::1%eth0')],
    ['#/network', rule('deny', 'example.com')],
    ['#/network', rule('deny', 'x'.repeat(50))],
    ['#/network', { ...rule('deny', ''), network: ['192.0.2.0/24'] }],
    ['#/action', rule('DENY', '192.0.2.0/24')],
    ['#/action', { network: '192.0.2.0/24', note: 'x' }],
    ['#/note', { ...rule('deny', '192.0.2.0/24'), note: '' }],
    ['#/organizationId', { ...rule('deny', '192.0.2.0/24'), organizationId: newId() }],
    ['#/createdById', { ...rule('deny', '192.0.2.0/24'), createdById: newId() }],
  ])('are refused for %s: %j', async (pointer, body) => {
    const answer = await owner.post(RULES, body);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual([pointer]);
  });

  it('are at most a hundred', async () => {
    const data = Array.from({ length: 99 }, (_, i) => ({
      ...rule('deny', `192.0.2.${i}/32`),
      action: 'deny' as const,
      id: newId(),
      organizationId: clinic.id,
      createdById: newId(),
    }));
    await app().get(Database).client.ipRule.createMany({ data });
    await expectStatus(201, add('deny', '198.51.100.0/24'));
    expectProblem(await add('deny', '203.0.113.0/24'), 'conflict');
  });

  it('A1.4 are shown to owners and auditors, and changed by owners', async () => {
    const added = await add('deny', '192.0.2.0/24');
    const auditor = await clinic.as('auditor');
    expect(rulesOf(await auditor.get(RULES))).toEqual(['deny 192.0.2.0/24']);
    expectProblem(await add('deny', '198.51.100.0/24', auditor), 'forbidden');
    expectProblem(await remove(added, auditor), 'forbidden');
    for (const role of ['clinician', 'receptionist', 'patient'] as const) {
      expectProblem(await (await clinic.as(role)).get(RULES), 'forbidden');
    }
  });

  it('A1.4 of another organization do not exist', async () => {
    const added = await add('deny', '192.0.2.0/24');
    const stranger = await (await TestOrganization.create(app())).as('owner');
    expect(rulesOf(await stranger.get(RULES))).toEqual([]);
    const reached = await remove(added, stranger);
    expectProblem(reached, 'not-found');
    expect(visibleOf(reached)).toEqual(visibleOf(await stranger.delete(`${RULES}/${newId()}`)));
    expect(rulesOf(await owner.get(RULES))).toHaveLength(1);
  });

  it('A1.5 are changed only with a fresh proof of who is asking', async () => {
    const added = await add('deny', '192.0.2.0/24');
    vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 301_000));
    expectProblem(await add('deny', '198.51.100.0/24'), 'step-up-required');
    expectProblem(await remove(added), 'step-up-required');
    await expectStatus(200, owner.get(RULES));
  });
});
