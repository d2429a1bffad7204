import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Secret } from '../../src/platform/config/index.js';
import { newId, PasswordHasher } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import type { Role } from '../../src/roles.js';
import { Caller } from './caller.ts';

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly role: Role;
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
    return { userId, email, password, role };
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
    super(app, tokens.accessToken);
  }
}

export async function signIn(
  app: NestFastifyApplication,
  member: Member,
  organization?: TestOrganization,
): Promise<SignedIn> {
  const { email, password } = member;
  const answer = await new Caller(app).post('/v1/auth/login', { email, password, organizationId: organization?.id });
  if (answer.status !== 200) throw new Error(`signing in as ${email} failed: ${answer.text}`);
  const { accessToken, refreshToken } = answer.body;
  return new SignedIn(app, member, { accessToken: String(accessToken), refreshToken: String(refreshToken) });
}

export const somePatient = {
  givenName: 'Ada',
  familyName: 'Lovelace',
  birthDate: '1984-02-29',
  nationalId: 'AB-1234567-C',
  phone: '+442079460123',
  address: '12 St James Square, London',
};
