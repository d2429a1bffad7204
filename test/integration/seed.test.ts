import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeterministicGenerator } from '../../prisma/seed/generator.js';
import { type DemoAccount, seedOrganization } from '../../prisma/seed/seed-organization.js';
import { CreatePatientBody } from '../../src/clinic/patients/patients.bodies.js';
import { Secret } from '../../src/platform/config/index.js';
import { CryptoConfig, newId, PasswordHasher } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { createValidationPipe } from '../../src/platform/validation/index.js';
import { roles } from '../../src/roles.js';
import { testConfig } from '../support/app.ts';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

let database: Database;
let hasher: PasswordHasher;
const seeded: { name: string; organizationId: string; accounts: DemoAccount[] }[] = [];

beforeAll(async () => {
  database = await openDatabase();
  hasher = new PasswordHasher((await testConfig()).get(CryptoConfig));
  for (const seed of [7, 7, 8]) {
    const name = `${newId()} Clinic`;
    const accounts = await seedOrganization({ database, hasher, random: new DeterministicGenerator(seed) }, name);
    const { id } = await database.client.organization.findFirstOrThrow({ where: { name } });
    seeded.push({ name, organizationId: id, accounts });
  }
});
afterAll(() => database.onApplicationShutdown());

function organization(index: number) {
  const found = seeded[index];
  if (found === undefined) throw new Error('three organizations are seeded');
  return found;
}

const patientsOf = (index: number) =>
  clientOf(database, organization(index).organizationId).patient.findMany({
    where: { organizationId: organization(index).organizationId },
    orderBy: { id: 'asc' },
  });
const recordsOf = (index: number) =>
  clientOf(database, organization(index).organizationId).medicalRecord.findMany({
    where: { organizationId: organization(index).organizationId },
    orderBy: { id: 'asc' },
  });

/** What does not differ from one installation to the next. */
async function contentOf(index: number) {
  const patients = await patientsOf(index);
  const records = await recordsOf(index);
  return {
    patients: patients.map(({ givenName, familyName, birthDate, nationalId, phone, address }) => [
      givenName,
      familyName,
      birthDate,
      nationalId,
      phone,
      address,
    ]),
    records: records.map(({ kind, note, recordedAt }) => [kind, note, recordedAt]),
  };
}

describe('a demo organization', () => {
  it('has one member of each role, whose account signs in', async () => {
    const { name, organizationId, accounts } = organization(0);
    expect(accounts.map(({ role }) => role)).toEqual(Object.keys(roles));
    const members = await database.client.membership.findMany({ where: { organizationId }, include: { user: true } });
    expect(members).toHaveLength(accounts.length);
    for (const account of accounts) {
      expect(account).toEqual({ ...account, organization: name, password: expect.stringMatching(/^[\w-]{24}$/) });
      const member = members.find(({ user }) => user.email === account.email);
      expect(member?.role).toBe(account.role);
      expect(await hasher.verify(new Secret(account.password), member?.user.passwordHash, account.email)).toBe(true);
    }
  });

  it('A5.3 has a password of its own for each account of each installation, and stores none', async () => {
    const passwords = seeded.flatMap(({ accounts }) => accounts.map(({ password }) => password));
    expect(new Set(passwords).size).toBe(seeded.length * Object.keys(roles).length);
    const shown = await asOwner(`SELECT id FROM "User" u WHERE u::text LIKE ANY ($1)`, [
      passwords.map((password) => `%${password}%`),
    ]);
    expect(shown).toEqual([]);
  });

  it('has 50 patients, each with one to three records', async () => {
    const [patients, records] = [await patientsOf(0), await recordsOf(0)];
    expect(patients).toHaveLength(50);
    for (const { id } of patients) {
      const count = records.filter(({ patientId }) => patientId === id).length;
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(3);
    }
  });

  it('has patients in the care of its clinician, and some in nobody’s', async () => {
    const { organizationId } = organization(0);
    const { userId } = await database.client.membership.findFirstOrThrow({
      where: { organizationId, role: 'clinician' },
    });
    const inCare = await clientOf(database, organizationId).careAssignment.findMany({ where: { organizationId } });
    expect(inCare).toHaveLength(45);
    expect(inCare.every(({ clinicianId }) => clinicianId === userId)).toBe(true);
    expect((await recordsOf(0)).every(({ authorId }) => authorId === userId)).toBe(true);
  });

  it('has one patient who is the demo patient', async () => {
    const { organizationId } = organization(0);
    const member = await database.client.membership.findFirstOrThrow({ where: { organizationId, role: 'patient' } });
    const own = (await patientsOf(0)).filter(({ userId }) => userId !== null);
    expect(own.map(({ userId }) => userId)).toEqual([member.userId]);
  });

  it('is the same in every installation but for ids and passwords', async () => {
    expect(await contentOf(1)).toEqual(await contentOf(0));
    const ids = async (index: number) => (await patientsOf(index)).map(({ id }) => id);
    expect(await ids(1)).not.toEqual(await ids(0));
  });

  it('is another with another seed', async () => {
    expect((await contentOf(2)).patients).not.toEqual((await contentOf(0)).patients);
  });

  it('A3.1 has patients that the API would have taken', async () => {
    const pipe = createValidationPipe();
    for (const { givenName, familyName, birthDate, nationalId, phone, address } of await patientsOf(0)) {
      const body = {
        givenName,
        familyName,
        nationalId,
        phone,
        address,
        birthDate: birthDate.toISOString().slice(0, 10),
      };
      const metadata = { type: 'body', metatype: CreatePatientBody, data: undefined } as const;
      expect(await pipe.transform(body, metadata)).toEqual(body);
    }
  });

  it('B10.1 lies encrypted in the database', async () => {
    const [shown] = await asOwner(
      `SELECT (SELECT count(*) FROM "Patient" WHERE phone NOT LIKE 'v2.%' OR address NOT LIKE 'v2.%'
               OR "nationalId" NOT LIKE 'v2.%') AS patients,
              (SELECT count(*) FROM "MedicalRecord" WHERE note NOT LIKE 'v2.%') AS records
       FROM "Organization" WHERE id = $1`,
      [organization(0).organizationId],
    );
    const [patient] = await asOwner<{ phone: string }>(
      `SELECT phone FROM "Patient" WHERE "organizationId" = $1 LIMIT 1`,
      [organization(0).organizationId],
    );
    expect(shown).toBeDefined();
    expect(patient?.phone).toMatch(/^v2\./);
  });
});

describe('the generator', () => {
  it('gives the same numbers for the same seed, within their bounds', () => {
    const [left, right] = [new DeterministicGenerator(1), new DeterministicGenerator(1)];
    const numbers = Array.from({ length: 2000 }, () => left.whole(3, 9));
    expect(numbers).toEqual(Array.from({ length: 2000 }, () => right.whole(3, 9)));
    expect(new Set(numbers)).toEqual(new Set([3, 4, 5, 6, 7, 8, 9]));
  });
});
