import { randomBytes, randomInt } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { digestOf } from '../../src/features/organizations/recertifications.policy.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { roles, type Role } from '../../src/roles.js';
import { asOwner, clientOf } from '../integration/open-database.ts';
import type { Answer } from './caller.ts';
import { enrol, signIn, SignedIn, somePatient, TestOrganization, type Member } from './organization.ts';
import { claimsOf } from './second-factor.ts';

export const roleNames = Object.keys(roles) as Role[];

/** One organization of two that are alike: somebody of each role, and a patient with a record whom all of them may see. */
export interface Clinic {
  readonly app: NestFastifyApplication;
  readonly organization: TestOrganization;
  readonly people: Readonly<Record<Role, SignedIn>>;
  readonly patientId: string;
  readonly recordId: string;
}

export async function openClinic(app: NestFastifyApplication): Promise<Clinic> {
  const organization = await TestOrganization.create(app);
  const signedIn = await Promise.all(roleNames.map(async (role) => [role, await organization.as(role)] as const));
  const people = Object.fromEntries(signedIn) as Record<Role, SignedIn>;
  const { clinician, patient } = people;
  const patientId = await idOf(clinician.post('/v1/patients', somePatient));
  const record = { kind: 'observation', note: 'Blood pressure 120/80.' };
  const recordId = await idOf(clinician.post(`/v1/patients/${patientId}/records`, record));
  await asOwner('UPDATE "Patient" SET "userId" = $1 WHERE id = $2', [patient.member.userId, patientId]);
  return { app, organization, people, patientId, recordId };
}

/** Makes, or names, something that this person of this clinic may reach, and gives its id. */
type ObjectFactory = (clinic: Clinic, person: Pick<SignedIn, 'member'>) => Promise<string>;

export const objects = {
  patient: async ({ patientId }) => patientId,
  record: async ({ recordId }) => recordId,
  newPatient: ({ people }) => idOf(people.receptionist.post('/v1/patients', somePatient)),
  newMember: async ({ organization }) => (await organization.addMember('receptionist')).userId,
  newSession: async ({ app }, { member }) => String(claimsOf((await signIn(app, member)).accessToken)['sid']),
  newPasskey: async ({ app }, { member: { userId } }) => {
    const some = () => randomBytes(32);
    const key = { credentialId: some(), publicKey: some(), counter: 0n, isBackedUp: true, transports: [] };
    const data = { id: newId(), userId, label: 'Phone', ...key };
    return (await app.get(Database).client.passkey.create({ data, select: { id: true } })).id;
  },
  newApiKey: async ({ app, organization }, { member: { userId } }) => {
    const key = { keyId: newId(), secretHash: randomBytes(32), scopes: ['patients:read'], networks: [] };
    const expiresAt = new Date(Date.now() + 86_400_000);
    const data = { id: newId(), organizationId: organization.id, createdById: userId, name: 'A key', ...key };
    const { client } = app.get(Database);
    return (await client.apiKey.create({ data: { ...data, rateTier: 'standard', expiresAt }, select: { id: true } }))
      .id;
  },
  newIpRule: async ({ app, organization }, { member: { userId } }) => {
    const data = { id: newId(), organizationId: organization.id, createdById: userId, note: 'Nobody of ours.' };
    const rule = { action: 'deny' as const, network: documentationNetwork() };
    return (await app.get(Database).client.ipRule.create({ data: { ...data, ...rule }, select: { id: true } })).id;
  },
  /** Of another owner, about the members as they are with that one among them. */
  newStatement: async ({ app, organization }) => {
    const { userId } = await organization.addMember('owner');
    const membersDigest = digestOf(await membersOf(app, organization));
    const data = { id: newId(), organizationId: organization.id, membersDigest, statedById: userId };
    await clientOf(app.get(Database), organization.id).recertification.create({ data });
    return data.id;
  },
  newMeasure: async ({ app, organization }) => {
    const times = { createdAt: new Date(), expiresAt: new Date(Date.now() + 60_000) };
    const measure = { subject: `user:${newId()}`, kind: 'slow-down', point: 'ACE1', ...times };
    const data = { id: newId(), organizationId: organization.id, ...measure };
    return (await app.get(Database).client.securityMeasure.create({ data, select: { id: true } })).id;
  },
} as const satisfies Record<string, ObjectFactory>;

export type ObjectKind = keyof typeof objects;

function membersOf(app: NestFastifyApplication, { id: organizationId }: TestOrganization) {
  const columns = { userId: true, role: true } as const;
  const { membership } = app.get(Database).client;
  return membership.findMany({ where: { organizationId }, select: columns, orderBy: { userId: 'asc' } });
}

/** RFC 3849: nobody calls from there. */
export function documentationNetwork(): string {
  const group = () => randomInt(1, 0x1_0000).toString(16);
  return `2001:db8:${group()}:${group()}::/64`;
}

async function idOf(answer: Promise<Answer>): Promise<string> {
  const { status, body, text } = await answer;
  if (status !== 201) throw new Error(text);
  return String(body['id']);
}

/** Somebody whose role needs a second factor that they do not have. */
export async function withoutFactor({ app, organization }: Clinic): Promise<SignedIn> {
  const member = await organization.addMember('receptionist');
  const { client } = app.get(Database);
  await client.membership.updateMany({ where: { userId: member.userId }, data: { role: 'clinician' } });
  return signIn(app, { ...member, role: 'clinician' });
}

/** Somebody who was suspended while signed in. */
export async function suspended({ app, organization }: Clinic): Promise<SignedIn> {
  const person = await organization.as('owner');
  const where = { id: person.member.userId };
  await app.get(Database).client.user.update({ where, data: { suspendedAt: new Date() }, select: { id: true } });
  return person;
}

/** A new member who has a second factor, whatever the role. */
export async function enrolled({ app, organization }: Clinic, role: Role): Promise<Member> {
  const member = await organization.addMember(role);
  return member.totpSecret === undefined ? enrol(app, member) : member;
}
