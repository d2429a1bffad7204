import type { ErrorCode } from '../../src/platform/errors/index.js';
import { roles, type Role } from '../../src/roles.js';
import { documentationNetwork, enrolled, type Clinic, type ObjectKind } from './access-world.ts';
import { whicheverVersion } from './caller.ts';
import { newPassword, somebody } from './mailbox.ts';
import { signIn, somePatient, type Member, type SignedIn } from './organization.ts';
import { challengeOf } from './second-factor.ts';

/** Who calls, or, where nobody in particular does, somebody whom the body may speak of. */
type BodyFactory = (person: SignedIn, clinic: Clinic) => unknown;

export interface Example {
  /** What the parameter of the path names, for whoever calls; of another organization in the test that asks for that. */
  readonly object?: ObjectKind;
  /** Or a text that is no object. */
  readonly parameter?: string;
  /** What to send: valid, so that nothing but the access rule can refuse it. */
  readonly body?: BodyFactory;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request ends or changes what the caller has: everybody who may make it is new. */
  readonly newcomer?: (clinic: Clinic, role: Role) => Promise<SignedIn>;
  /** What is answered when the access rule lets pass; undefined, or left out: the declared success. */
  readonly refusal?: ErrorCode | ((member: Member) => ErrorCode | undefined);
}

const newcomer = ({ organization }: Clinic, role: Role) => organization.as(role);
const enrolledNewcomer = async (clinic: Clinic, role: Role) => signIn(clinic.app, await enrolled(clinic, role));
const hasFactor = ({ totpSecret }: Member) => totpSecret !== undefined;
const unknownToken = () => 'A'.repeat(43);
const someBytes = 'AAAA';
const credential = (response: object) => () => ({
  label: 'Phone',
  credential: { id: someBytes, rawId: someBytes, type: 'public-key', clientExtensionResults: {}, response },
});
const assertion = {
  clientDataJSON: someBytes,
  authenticatorData: someBytes,
  signature: someBytes,
  userHandle: someBytes,
};
const { givenName: given, familyName: family, ...otherFields } = somePatient;
const somePatientV2 = { ...otherFields, name: { given, family } };
const reason = 'Unconscious in the emergency room, allergies unknown.';

/**
 * One row for every route: how to call it so that nothing but its access rule stands in the way. A new route needs a line
 * here and nothing else; without it test/e2e/access-matrix.test.ts fails.
 */
export const examples: Readonly<Record<string, Example>> = {
  'GET /.well-known/jwks.json': {},
  'GET /deprecations': {},
  'GET /errors/:code': { parameter: 'not-found' },
  'GET /health/live': {},

  'POST /v1/auth/sign-up': { body: () => ({ email: somebody(), password: newPassword(), displayName: 'Ada' }) },
  'POST /v1/auth/verify-email': { body: () => ({ token: unknownToken() }), refusal: 'invalid-token' },
  'POST /v1/auth/forgot-password': { body: () => ({ email: somebody() }) },
  'POST /v1/auth/reset-password': {
    body: () => ({ token: unknownToken(), password: newPassword() }),
    refusal: 'invalid-token',
  },
  'POST /v1/auth/accept-invitation': { body: () => ({ token: unknownToken() }), refusal: 'invalid-token' },
  'POST /v1/auth/login': {
    body: async (_person, { organization }) => {
      const { email, password } = await organization.addMember('receptionist');
      return { email, password };
    },
  },
  'POST /v1/auth/mfa': {
    body: async (_person, clinic) => {
      const member = await enrolled(clinic, 'clinician');
      const challengeToken = await challengeOf(clinic.app, member);
      return { challengeToken, method: 'recovery_code', code: member.recoveryCodes.pop() };
    },
  },
  'POST /v1/auth/passkey/options': {},
  'POST /v1/auth/passkey': {
    body: () => ({ credential: credential(assertion)().credential }),
    refusal: 'invalid-passkey',
  },
  'POST /v1/auth/refresh': {
    body: async (_person, { organization }) => ({
      refreshToken: (await organization.as('receptionist')).tokens.refreshToken,
    }),
  },
  'POST /v1/auth/logout': { newcomer },
  'POST /v1/auth/step-up': {
    newcomer,
    body: ({ member: { password, recoveryCodes } }) => {
      const code = recoveryCodes.pop();
      return code === undefined ? { password } : { method: 'recovery_code', code };
    },
  },
  'POST /v1/auth/switch-organization': {
    newcomer,
    body: (_person, { organization }) => ({ organizationId: organization.id }),
  },

  'GET /v1/me': {},
  'PATCH /v1/me': { body: () => ({ displayName: 'Ada' }) },
  'DELETE /v1/me': { newcomer },
  'GET /v1/me/export': {},
  'POST /v1/me/email': { body: () => ({ email: somebody() }) },
  'POST /v1/me/password': {
    newcomer,
    body: ({ member }) => ({ currentPassword: member.password, newPassword: newPassword() }),
  },
  'GET /v1/me/sessions': {},
  'DELETE /v1/me/sessions': { newcomer },
  'DELETE /v1/me/sessions/:id': { object: 'newSession', newcomer },
  'POST /v1/me/mfa/totp': { newcomer, refusal: (member) => (hasFactor(member) ? 'conflict' : undefined) },
  'POST /v1/me/mfa/totp/confirm': {
    body: () => ({ code: '000000' }),
    newcomer,
    refusal: (member) => (hasFactor(member) ? 'conflict' : 'invalid-code'),
  },
  // The last one of a role that needs one stays.
  'DELETE /v1/me/mfa/totp': {
    newcomer: enrolledNewcomer,
    refusal: ({ role }) => (roles[role].secondFactor === 'required' ? 'conflict' : undefined),
  },
  'POST /v1/me/mfa/recovery-codes': { newcomer },
  'GET /v1/me/passkeys': {},
  'POST /v1/me/passkeys/options': {},
  'POST /v1/me/passkeys': {
    body: credential({ clientDataJSON: someBytes, attestationObject: someBytes }),
    refusal: 'invalid-passkey',
  },
  'DELETE /v1/me/passkeys/:id': { object: 'newPasskey' },

  'GET /v1/members': {},
  'POST /v1/members/invitations': { body: () => ({ email: somebody(), role: 'receptionist' }) },
  'GET /v1/members/recertifications': {},
  'POST /v1/members/recertifications': { body: ({ member }, clinic) => seenMembers(member, clinic) },
  'POST /v1/members/recertifications/:id/confirm': {
    object: 'newStatement',
    body: ({ member }, clinic) => seenMembers(member, clinic),
  },
  'PATCH /v1/members/:userId': { object: 'newMember', body: () => ({ role: 'patient' }) },
  'DELETE /v1/members/:userId': { object: 'newMember' },

  'GET /v1/api-keys': {},
  'POST /v1/api-keys': {
    body: ({ member }) => ({ name: 'Import', scopes: scopesOf(member.role), expiresInDays: 1 }),
    refusal: ({ role }) => (scopesOf(role).length === 0 ? 'validation-failed' : undefined),
  },
  'POST /v1/api-keys/:id/rotate': { object: 'newApiKey', body: () => ({ overlapHours: 1 }) },
  'DELETE /v1/api-keys/:id': { object: 'newApiKey' },

  'GET /v1/security/ip-rules': {},
  'POST /v1/security/ip-rules': {
    body: () => ({ action: 'deny', network: documentationNetwork(), note: 'Nobody of ours.' }),
  },
  'DELETE /v1/security/ip-rules/:id': { object: 'newIpRule' },
  'GET /v1/audit-events': {},
  'GET /v1/audit-events/integrity': {},

  'GET /v1/security/alerts': {},
  'GET /v1/security/measures': {},
  'DELETE /v1/security/measures/:id': { object: 'newMeasure' },

  'GET /v1/patients': {},
  'POST /v1/patients': { body: () => somePatient },
  'GET /v1/patients/:id': { object: 'patient' },
  'PATCH /v1/patients/:id': { object: 'patient', body: () => ({ givenName: 'Grace' }), ...whicheverVersion },
  'DELETE /v1/patients/:id': { object: 'newPatient', ...whicheverVersion },
  'POST /v1/patients/lookup': { body: () => ({ nationalId: somePatient.nationalId }) },
  'GET /v2/patients': {},
  'POST /v2/patients': { body: () => somePatientV2 },
  'GET /v2/patients/:id': { object: 'patient' },
  'PATCH /v2/patients/:id': {
    object: 'patient',
    body: () => ({ name: { given: 'Grace', family: 'Hopper' } }),
    ...whicheverVersion,
  },
  'DELETE /v2/patients/:id': { object: 'newPatient', ...whicheverVersion },
  'POST /v2/patients/lookup': { body: () => ({ nationalId: somePatient.nationalId }) },
  'POST /v1/patients/:patientId/break-glass': { object: 'patient', body: () => ({ reason }) },
  'GET /v1/patients/:patientId/records': { object: 'patient' },
  'POST /v1/patients/:patientId/records': {
    object: 'patient',
    body: () => ({ kind: 'observation', note: 'Blood pressure 120/80.' }),
  },
  'GET /v1/records/:id': { object: 'record' },
};

/** Of the organization of whoever calls; who may not see it sends something of the same form. */
async function seenMembers({ role }: Member, { people }: Clinic) {
  if (role !== 'owner') return { membersDigest: unknownToken() };
  return { membersDigest: (await people.owner.get('/v1/members/recertifications')).body['membersDigest'] };
}

/** What a key of this role may be made for. */
function scopesOf(role: Role): string[] {
  const permissions: readonly string[] = roles[role].permissions;
  return permissions.filter((permission) => permission === 'patients:read');
}
