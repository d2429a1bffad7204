import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../src/platform/crypto/index.js';
import type { Role } from '../../../src/roles.js';
import { startApp, useApp } from '../../support/app.ts';
import { Caller, someAddress } from '../../support/caller.ts';
import { somePatient, TestOrganization } from '../../support/organization.ts';
import { expectProblem } from '../../support/problem.ts';
import { listen, runProbe, watchAnswers } from '../../support/probe.ts';
import { lacksTool } from '../../support/tools.ts';
import { createVulnerableTwin } from '../../support/vulnerable-twin.ts';

/** The attack: SQL in whatever a request may carry, told by what is answered when a condition holds, and by what goes wrong. */
const SQLMAP = 'sqlmap';
const FOUND = 'sqlmap identified the following injection point';
const NOT_FOUND = 'all tested parameters do not appear to be injectable';
const app = useApp();

/** By the truth of a condition, by errors, by unions. What waits instead tells no more here, and takes minutes where it works. */
const BOUNDS = ['--batch', '--ignore-stdin', '--disable-coloring', '--technique=BEU', '--dbms=PostgreSQL'];

const probe = (url: string, ...args: string[]) =>
  runProbe(SQLMAP, [...BOUNDS, '--threads=4', '--ignore-code=401,404', '-u', url, ...args]);

const json = (body: object) => ['-H', 'Content-Type: application/json', '--data', JSON.stringify(body)];
const credentials = { email: 'ada@example.com', password: 'correct horse battery' };

const targets: [name: string, role: Role, path: string, args: string[]][] = [
  ['the query of a list', 'receptionist', `/v1/patients?limit=20&cursor=${newId()}&fields=id`, []],
  ['the query of the audit trail', 'auditor', `/v1/audit-events?limit=20&cursor=${newId()}`, []],
  ['an id in a path', 'receptionist', `/v1/patients/${newId()}*`, []],
  ['a body that is looked up', 'receptionist', '/v1/patients/lookup', json({ nationalId: 'AB-1234567-C' })],
  ['a body that is stored', 'receptionist', '/v1/patients', json(somePatient)],
  ['a sign-in, of which 60 a minute pass', 'receptionist', '/v1/auth/login', json(credentials)],
];

describe.skipIf(lacksTool(SQLMAP))('A15.1 A3.4 sqlmap', () => {
  let origin: string;
  let twinOrigin: string;
  let statuses: readonly number[];
  let organization: TestOrganization;
  let twin: Awaited<ReturnType<typeof createVulnerableTwin>>;

  beforeAll(async () => {
    twin = await createVulnerableTwin();
    [origin, twinOrigin] = [await listen(app()), await listen(twin)];
    statuses = watchAnswers(app());
    organization = await TestOrganization.create(app());
  });
  afterAll(() => twin.close());

  it.each(targets)('finds nothing in %s', { timeout: 60_000 }, async (_name, role, path, args) => {
    const { accessToken } = await organization.as(role);
    const before = statuses.length;
    const report = await probe(`${origin}${path}`, '-H', `Authorization: Bearer ${accessToken}`, ...args);
    expect(report).toContain(NOT_FOUND);
    expect(report).not.toContain(FOUND);
    expect(statuses.length - before).toBeGreaterThan(20);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect((await new Caller(app()).get('/health/live')).status).toBe(200);
  });

  it('B12.2 is noticed, and shut out', { timeout: 60_000 }, async () => {
    const watchful = await startApp({ DETECTION_NEVER_BLOCK: '198.51.100.0/24' });
    try {
      const address = someAddress();
      const url = `${await listen(watchful)}/v1/patients?limit=20`;
      await probe(url, '-H', `X-Forwarded-For: ${address}`);
      await vi.waitFor(async () =>
        expectProblem(await new Caller(watchful, undefined, address).get('/health/live'), 'temporarily-blocked'),
      );
    } finally {
      await watchful.close();
    }
  });

  it('A15.2 finds what the twin has', { timeout: 60_000 }, async () => {
    expect(await probe(`${twinOrigin}/v1/patients?limit=20&cursor=a`)).toContain(FOUND);
  });
});
