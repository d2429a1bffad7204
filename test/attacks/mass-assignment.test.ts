import { getMetadataStorage } from 'class-validator';
import { beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from '../../src/platform/database/generated/client.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { bodyOf, isOpenTo, roleNames } from '../support/declared-fields.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules } from '../support/problem.ts';

/**
 * Somebody sends along what the form does not have: every column of every model, to every body that there is, as each role. One
 * that were taken would move a row to another organization, make an owner, or replace a password (API3:2023, CWE-915).
 */
const app = useApp();
const NOBODY = '00000000-0000-7000-8000-000000000000';
const models = Object.entries(Prisma).filter(([name]) => name.endsWith('ScalarFieldEnum'));
const columns = [...new Set(models.flatMap(([, names]) => Object.keys(names as object)))];
const callers: Partial<Record<string, SignedIn>> = {};
let routes: RouteDeclaration[];
let organization: TestOrganization;
let ids: Record<string, string>;

beforeAll(async () => {
  routes = app()
    .get(CompletenessCheck)
    .routes()
    .filter((route) => bodyOf(route) !== undefined);
  organization = await TestOrganization.create(app());
  for (const role of roleNames) callers[role] = await organization.as(role);
  const patientId = String((await callers['clinician']?.post('/v1/patients', somePatient))?.body['id']);
  ids = { patients: patientId, members: callers['receptionist']?.member.userId ?? '' };
});

/** On rows that are there, where the path names one that this test has made. */
const urlOf = ({ path }: RouteDeclaration) =>
  path.replace(/(\w+)\/:\w+/, (_all, name: string) => `${name}/${ids[name] ?? NOBODY}`);

const documented = (route: RouteDeclaration): string[] => {
  const body = bodyOf(route);
  if (body === undefined) return [];
  const rules = getMetadataStorage().getTargetValidationMetadatas(body, '', false, false);
  return rules.map(({ propertyName }) => propertyName);
};

/** All that this organization and its people are, as the owner of the tables sees it, but for what signing in moves. */
async function rows(): Promise<unknown[]> {
  const members = `SELECT "userId" FROM "Membership" WHERE "organizationId" = $1`;
  return asOwner(
    `SELECT to_jsonb(x) AS row FROM (SELECT * FROM "Organization" WHERE id = $1) x
     UNION ALL SELECT to_jsonb(m) FROM "Membership" m WHERE "organizationId" = $1
     UNION ALL SELECT to_jsonb(u) FROM "User" u WHERE id IN (${members})
     UNION ALL SELECT to_jsonb(p) FROM "Patient" p WHERE "organizationId" = $1
     UNION ALL SELECT to_jsonb(r) FROM "MedicalRecord" r WHERE "organizationId" = $1
     UNION ALL SELECT to_jsonb(k) FROM "ApiKey" k WHERE "organizationId" = $1
     UNION ALL SELECT to_jsonb(i) FROM "IpRule" i WHERE "organizationId" = $1
     UNION ALL SELECT to_jsonb(t) FROM "TotpFactor" t WHERE "userId" IN (${members})
     ORDER BY row`,
    [organization.id],
  );
}

describe('B15.2 no body takes a column that it does not list', () => {
  it('of the models and bodies that there are', () => {
    expect(models.length).toBeGreaterThan(12);
    expect(columns).toEqual(
      expect.arrayContaining(['organizationId', 'passwordHash', 'role', 'suspendedAt', 'userId']),
    );
    expect(routes.length).toBeGreaterThan(15);
  });

  it.each([undefined, ...roleNames])('from %s, and no row is changed', async (role) => {
    const before = await rows();
    const caller = (role === undefined ? undefined : callers[role]) ?? new Caller(app());
    for (const route of routes) {
      const surplus = columns.filter((column) => !documented(route).includes(column));
      const body = Object.fromEntries(surplus.map((column) => [column, NOBODY]));
      const answer = await caller.call(route.method, urlOf(route), { body });
      const isOpen = isOpenTo(route, role);
      expect(isOpen ? [400] : [401, 403], `${route.label} ${answer.text}`).toContain(answer.status);
      const unknown = Object.entries(brokenRules(answer)).filter(([, rule]) => rule === 'unknown-field');
      const expected = isOpen ? surplus.map((column) => `#/${column}`) : [];
      expect(unknown.map(([pointer]) => pointer).toSorted(), route.label).toEqual(expected.toSorted());
    }
    expect(await rows()).toEqual(before);
  });

  it('even beside a body that is right', async () => {
    const before = await rows();
    const receptionist = callers['receptionist'];
    for (const column of columns.filter((name) => !(name in somePatient))) {
      const answer = await receptionist?.patch(`/v1/patients/${ids['patients']}`, { givenName: 'Eve', [column]: 'x' });
      expect(answer?.status, column).toBe(400);
    }
    expect(await rows()).toEqual(before);
  });
});
