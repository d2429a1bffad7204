import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { hashRecoveryCode, newRecoveryCode } from '../../src/features/mfa/recovery-code.js';
import { newTotpSecret } from '../../src/features/mfa/totp.js';
import { Secret } from '../../src/platform/config/index.js';
import { newId, PasswordHasher } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { roles, type Role } from '../../src/roles.js';
import { Caller, someAddress } from './caller.ts';

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** Where they sign in from. */
  readonly address: string;
  /** Base32; of the second factor that their role needs, or that the test gave them. */
  readonly totpSecret?: string;
  /** Those that are left. A one-time password works once in 30 seconds, and tests sign in more often. */
  readonly recoveryCodes: string[];
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** An organization of a test's own: unique, so that no test sees another's rows. */
export class TestOrganization {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly id: string,
  ) {}

  static async create(app: NestFastifyApplication): Promise<TestOrganization> {
    const id = newId();
    await app.get(Database).client.organization.create({ data: { id, name: `Clinic ${id}` } });
    return new TestOrganization(app, id);
  }

  async addMember(role: Role, password = randomBytes(18).toString('base64url')): Promise<Member> {
    const userId = newId();
    const email = `${role}-${userId}@test.example`;
    const passwordHash = await this.app.get(PasswordHasher).hash(new Secret(password));
    await this.app.get(Database).client.user.create({
      data: {
        id: userId,
        email,
        displayName: `Test ${role}`,
        passwordHash,
        memberships: { create: { organizationId: this.id, role } },
      },
    });
    const member = { userId, email, password, role, address: someAddress(), recoveryCodes: [] };
    return roles[role].secondFactor === 'required' ? enrol(this.app, member) : member;
  }

  /** Somebody of another organization joins this one too. */
  async join({ userId }: Member, role: Role): Promise<void> {
    await this.app.get(Database).client.membership.create({ data: { organizationId: this.id, userId, role } });
  }

  /** A new member who has signed in through the front door. */
  async as(role: Role): Promise<SignedIn> {
    return signIn(this.app, await this.addMember(role));
  }
}

/** A caller with the account and the tokens behind it. */
export class SignedIn extends Caller {
  constructor(
    app: NestFastifyApplication,
    readonly member: Member,
    readonly tokens: Tokens,
  ) {
    super(app, tokens.accessToken, member.address);
  }
}

/** A confirmed authenticator and ten recovery codes, as enrolment leaves them. */
export async function enrol(app: NestFastifyApplication, member: Member): Promise<Member> {
  const { userId } = member;
  const { client } = app.get(Database);
  const totpSecret = newTotpSecret().reveal();
  await client.totpFactor.create({
    data: { id: newId(), userId, secret: totpSecret, confirmedAt: new Date() },
    select: { id: true },
  });
  const codes = Array.from({ length: 10 }, newRecoveryCode);
  await client.recoveryCode.createMany({ data: codes.map((code) => ({ userId, codeHash: hashRecoveryCode(code) })) });
  return { ...member, totpSecret, recoveryCodes: codes.map((code) => code.reveal()) };
}

/** Through the front door: password, and the second factor when there is one. */
export async function signIn(
  app: NestFastifyApplication,
  member: Member,
  organization?: TestOrganization,
): Promise<SignedIn> {
  const { email, password } = member;
  const stranger = new Caller(app, undefined, member.address);
  let answer = await stranger.post('/v1/auth/login', { email, password, organizationId: organization?.id });
  if (answer.body['mfaRequired'] === true) {
    const { challengeToken } = answer.body;
    const code = member.recoveryCodes.pop();
    answer = await stranger.post('/v1/auth/mfa', { challengeToken, method: 'recovery_code', code });
  }
  if (answer.status !== 200) throw new Error(`signing in as ${email} failed: ${answer.text}`);
  const { accessToken, refreshToken } = answer.body;
  return new SignedIn(app, member, { accessToken: String(accessToken), refreshToken: String(refreshToken) });
}

// example: begin
export const somePatient = {
  givenName: 'Ada',
  familyName: 'Lovelace',
  birthDate: '1984-02-29',
  nationalId: 'AB-1234567-C',
  phone: '+442079460123',
  address: '12 St James Square, London',
};
// example: end
