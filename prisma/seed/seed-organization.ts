import { randomBytes } from 'node:crypto';
import { newTotpSecret } from '../../src/features/mfa/totp.js';
import { Secret } from '../../src/platform/config/index.js';
import { newId, type PasswordHasher } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { roles, type Role } from '../../src/roles.js';
import type { DeterministicGenerator } from './generator.js';
// example: begin
import { demoPatient, demoRecord } from './people.js';

const PATIENTS = 50;
/** One in this many patients is in nobody's care: their records are invisible to the clinician. */
const NOT_IN_CARE_EVERY = 10;
// example: end

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  /** Base32, for roles that need a second factor: `oathtool --totp -b <secret>` gives the code. */
  readonly totpSecret?: string;
  readonly role: Role;
  readonly organization: string;
}

export interface SeedTools {
  readonly database: Database;
  readonly hasher: PasswordHasher;
  readonly random: DeterministicGenerator;
}

/** One member of each role, and patients with records. */
export async function seedOrganization(tools: SeedTools, name: string): Promise<DemoAccount[]> {
  const organizationId = newId();
  await tools.database.client.organization.create({ data: { id: organizationId, name } });
  const members = await seedMembers(tools, organizationId, name);
  // example: begin
  const idOf = (role: Role) => members.find((member) => member.role === role)?.userId ?? '';
  await tools.database.asOrganization(organizationId, async () => {
    for (let index = 0; index < PATIENTS; index += 1) {
      await seedPatient(tools, {
        organizationId,
        clinicianId: idOf('clinician'),
        // The first patient is the demo patient's own entry.
        userId: index === 0 ? idOf('patient') : null,
        isInCare: (index + 1) % NOT_IN_CARE_EVERY !== 0,
      });
    }
  });
  // example: end
  return members.map(({ userId: _userId, ...account }) => account);
}

async function seedMembers({ database, hasher }: SeedTools, organizationId: string, organization: string) {
  const slug = organization.split(' ')[0]?.toLowerCase() ?? organization;
  const members = roleNames().map((role) => ({
    userId: newId(),
    email: `${role}@${slug}.example`,
    password: randomBytes(18).toString('base64url'),
    ...(roles[role].secondFactor === 'required' && { totpSecret: newTotpSecret().reveal() }),
    role,
    organization,
  }));
  for (const { userId, email, password, totpSecret, role } of members) {
    await database.client.user.create({
      data: {
        id: userId,
        email,
        displayName: `${organization} ${role}`,
        passwordHash: await hasher.hash(new Secret(password)),
        memberships: { create: { organizationId, role } },
      },
    });
    if (totpSecret === undefined) continue;
    await database.client.totpFactor.create({
      data: { id: newId(), userId, secret: totpSecret, confirmedAt: new Date() },
      select: { id: true },
    });
  }
  return members;
}

// example: begin
interface PatientPlan {
  readonly organizationId: string;
  readonly clinicianId: string;
  readonly userId: string | null;
  readonly isInCare: boolean;
}

async function seedPatient({ database, random }: SeedTools, plan: PatientPlan): Promise<void> {
  const { organizationId, clinicianId, userId, isInCare } = plan;
  const patientId = newId();
  await database.client.patient.create({
    data: {
      id: patientId,
      organizationId,
      userId,
      ...demoPatient(random),
      ...(isInCare && { careTeam: { create: { organizationId, clinicianId } } }),
    },
    select: { id: true },
  });
  await database.client.medicalRecord.createMany({
    data: Array.from({ length: random.whole(1, 3) }, () => ({
      id: newId(),
      organizationId,
      patientId,
      authorId: clinicianId,
      ...demoRecord(random),
    })),
  });
}

// example: end
function roleNames(): Role[] {
  const names: Role[] = [];
  for (const role in roles) if (isRole(role)) names.push(role);
  return names;
}

function isRole(name: string): name is Role {
  return Object.hasOwn(roles, name);
}
