import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { evaluateRegistration } from '../../src/features/passkeys/evaluate-registration.js';
import { RelyingParty } from '../../src/features/passkeys/relying-party.js';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import {
  challengeFor,
  creationOptions,
  flipLastBit,
  newAuthenticator,
  ORIGIN,
  register,
  RELYING_PARTY,
  RP_ID,
  signInWith,
  somebodyWithPasskey,
} from '../support/passkeys.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';
import { cbor, FLAGS, VirtualAuthenticator, type Changes } from '../support/virtual-authenticator.ts';

/**
 * Somebody answers WebAuthn's questions falsely: with an answer that was made for another page, account, purpose or time, with
 * a key of their own, or with a copy of somebody's authenticator. Each row differs from a right answer in what it names.
 */
const app = useApp(RELYING_PARTY);

let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

const signInChallenge = () => challengeFor(app());
const signIn = (credential: unknown) => signInWith(app(), credential);
const personWithPasskey = (counter?: number) => somebodyWithPasskey(app(), organization, counter);

const passkeysOf = async (caller: Caller) => (await caller.get('/v1/me/passkeys')).body['items'] as object[];
const sessionsOf = (userId: string) => app().get(Database).client.session.count({ where: { userId } });

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const noClientData = base64url('nonsense');
const stranger = newAuthenticator();

describe('A1.2 a new passkey is refused', () => {
  let caller: SignedIn;
  // Each has a budget of 30 a minute.
  beforeEach(async () => {
    caller = await organization.as('receptionist');
  });

  const rows: readonly [string, Changes][] = [
    ['of another origin', { clientData: { origin: 'https://evil.test' } }],
    ['of a page beside ours', { clientData: { origin: 'https://example.com' } }],
    ['of a page without TLS', { clientData: { origin: 'http://app.example.com' } }],
    ['of a page in a frame of somebody', { clientData: { crossOrigin: true } }],
    ['of the other ceremony', { clientData: { type: 'webauthn.get' } }],
    ['of no ceremony', { clientData: { type: undefined } }],
    ['for another domain', { rpId: 'evil.test' }],
    ['whose person was not verified', { flags: FLAGS.present }],
    ['whose person was not there', { flags: FLAGS.verified }],
    ['that is backed up and cannot be', { flags: FLAGS.present | FLAGS.verified | FLAGS.backedUp }],
    ['that claims the id of another', { id: stranger.id.toString('base64url') }],
    ['with a statement that "none" has not', { attestation: { fmt: 'none', attStmt: new Map([['x', 1]]) } }],
    ['with an unknown attestation', { attestation: { fmt: 'mine', attStmt: new Map() } }],
    ['with no CBOR', { attestationObject: Buffer.from('nonsense') }],
    ['with CBOR that is cut short', { attestationObject: cbor(new Map([['fmt', 'none']])).subarray(0, 4) }],
    ['with CBOR of other members', { attestationObject: cbor(new Map([['x', 'none']])) }],
    ['with CBOR that is 10,000 deep', { attestationObject: Buffer.alloc(10_000, 0x81) }],
    ['with CBOR of a petabyte', { attestationObject: Buffer.from('9bffffffffffffff', 'hex') }],
  ];

  it.each(rows)('%s, and uses up its challenge', async (_what, changes) => {
    const authenticator = newAuthenticator();
    const options = await creationOptions(caller);
    expectProblem(await register(caller, authenticator.create(options, changes)), 'invalid-passkey');
    expectProblem(await register(caller, authenticator.create(options)), 'invalid-passkey');
    expect(await passkeysOf(caller)).toEqual([]);
  });

  it('with a key of RS256, which nobody offered', async () => {
    const authenticator = new VirtualAuthenticator(ORIGIN, RP_ID, 'RS256');
    expectProblem(await register(caller, authenticator.create(await creationOptions(caller))), 'invalid-passkey');
    expect(await passkeysOf(caller)).toEqual([]);
  });

  it.each([
    ['a challenge of its own', () => Promise.resolve(stranger.id.toString('base64url'))],
    ['a challenge for signing in', signInChallenge],
    [
      'a challenge of somebody else',
      async () => (await creationOptions(await organization.as('receptionist'))).challenge,
    ],
    [
      'an older challenge of the same person',
      async () => {
        const { challenge } = await creationOptions(caller);
        await creationOptions(caller);
        return challenge;
      },
    ],
  ])('that answers %s', async (_what, challengeOf) => {
    const challenge = await challengeOf();
    const user = { id: base64url('anything') };
    expectProblem(await register(caller, newAuthenticator().create({ challenge, user })), 'invalid-passkey');
    expect(await passkeysOf(caller)).toEqual([]);
  });

  it('that comes after five minutes', async () => {
    // The token is known before the clock goes back to when it was not made yet.
    await passkeysOf(caller);
    // The options are asked for in the past: by then a step-up would be too old, and hide what is tested here.
    const clock = vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() - 301_000));
    const options = await creationOptions(caller);
    clock.mockRestore();
    expectProblem(await register(caller, newAuthenticator().create(options)), 'invalid-passkey');
    expect(await passkeysOf(caller)).toEqual([]);
  });

  it('that somebody else has registered', async () => {
    const { authenticator, caller: owner } = await personWithPasskey();
    expectProblem(await register(caller, authenticator.create(await creationOptions(caller))), 'invalid-passkey');
    expect(await passkeysOf(caller)).toEqual([]);
    expect(await passkeysOf(owner)).toHaveLength(1);
  });

  it('A7.4 when it comes 20 times at the same moment, but for one', async () => {
    const person = await organization.as('receptionist');
    const credential = newAuthenticator().create(await creationOptions(person));
    const answers = await Promise.all(Array.from({ length: 20 }, () => register(person, credential)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await passkeysOf(person)).toHaveLength(1);
  });

  it.each([
    ['packed', new Map<string, string | number | Buffer[]>([['x5c', [Buffer.from('certificate')]]])],
    ['fido-u2f', new Map([['x5c', [Buffer.from('certificate')]]])],
    ['android-key', new Map()],
    ['android-safetynet', new Map()],
    ['tpm', new Map()],
    ['apple', new Map()],
  ])('with certificates in %s, before anybody looks where their revocation lists are', async (fmt, attStmt) => {
    const challenge = stranger.id.toString('base64url');
    const credential = newAuthenticator().create({ challenge, user: { id: 'AA' } }, { attestation: { fmt, attStmt } });
    const facts = { challenge: { challenge, isCrossOrigin: false, userId: 'u' }, userId: 'u' };
    const verdict = await evaluateRegistration(
      { ...facts, credential: credential as Parameters<typeof evaluateRegistration>[0]['credential'] },
      app().get(RelyingParty),
    );
    expect(verdict).toMatchObject({ allowed: false, reason: 'attestation-not-asked-for' });
  });
});

describe('A1.2 an assertion is refused', () => {
  let person: Awaited<ReturnType<typeof personWithPasskey>>;
  let other: Awaited<ReturnType<typeof personWithPasskey>>;
  beforeAll(async () => {
    person = await personWithPasskey();
    other = await personWithPasskey();
  });

  const rows: readonly [string, () => Changes][] = [
    ['of another origin', () => ({ clientData: { origin: 'https://evil.test' } })],
    ['of a page beside ours', () => ({ clientData: { origin: 'https://app.example.com.evil.test' } })],
    ['of a page without TLS', () => ({ clientData: { origin: 'http://app.example.com' } })],
    ['of a page in a frame of somebody', () => ({ clientData: { crossOrigin: true } })],
    ['of the other ceremony', () => ({ clientData: { type: 'webauthn.create' } })],
    ['for another domain', () => ({ rpId: 'evil.test' })],
    ['whose person was not verified', () => ({ flags: FLAGS.present })],
    ['whose person was not there', () => ({ flags: FLAGS.verified })],
    ['with a signature that has one bit changed', () => ({ tamper: flipLastBit })],
    ['with a signature that is cut short', () => ({ tamper: (signature) => signature.subarray(0, 8) })],
    ['with a signature of zeros (CVE-2022-21449)', () => ({ tamper: () => Buffer.from('3006020100020100', 'hex') })],
    ['signed with another key', () => ({ key: stranger.key })],
    ['signed with a key of another kind', () => ({ key: new VirtualAuthenticator('', '', 'EdDSA').key })],
    ['signed with the passkey of another account', () => ({ key: other.authenticator.key })],
    ['of a passkey that nobody has', () => ({ id: stranger.id.toString('base64url') })],
    ['of the passkey of another account', () => ({ id: other.authenticator.id.toString('base64url') })],
    ['that says it is somebody else', () => ({ userHandle: handleOf(other) })],
    ['that says it is nobody', () => ({ userHandle: 'AA' })],
  ];

  it.each(rows)('%s, and uses up its challenge', async (_what, changesOf) => {
    const { authenticator, caller, userId } = person;
    const sessions = await sessionsOf(userId);
    const challenge = await signInChallenge();
    expectProblem(await signIn(authenticator.get(challenge, changesOf())), 'invalid-passkey');
    expectProblem(await signIn(authenticator.get(challenge)), 'invalid-passkey');
    expect(await passkeysOf(caller)).toMatchObject([{ lastUsedAt: null }]);
    expect(await sessionsOf(userId)).toBe(sessions);
  });

  it.each([
    ['a challenge of its own', () => Promise.resolve(stranger.id.toString('base64url'))],
    ['a challenge for a new passkey', async () => (await creationOptions(person.caller)).challenge],
    ['a challenge of 1 byte', () => Promise.resolve('AA')],
  ])('that answers %s', async (_what, challengeOf) => {
    expectProblem(await signIn(person.authenticator.get(await challengeOf())), 'invalid-passkey');
  });

  it.each([noClientData, base64url('null'), base64url('[]'), base64url('{"challenge":1}')])(
    'whose client data is %s',
    async (clientDataJSON) => {
      const credential = person.authenticator.get(await signInChallenge());
      const response = { ...credential.response, clientDataJSON };
      expectProblem(await signIn({ ...credential, response }), 'invalid-passkey');
    },
  );

  it('that comes after five minutes', async () => {
    const challenge = await signInChallenge();
    vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 301_000));
    expectProblem(await signIn(person.authenticator.get(challenge)), 'invalid-passkey');
  });

  it('A1.3 in the same words when the passkey is unknown, its person suspended or the signature wrong', async () => {
    const suspended = await personWithPasskey();
    const { client } = app().get(Database);
    await client.user.update({ where: { id: suspended.userId }, data: { suspendedAt: new Date() } });
    const unknown = { id: stranger.id.toString('base64url') };
    const answers = [
      await signIn(suspended.authenticator.get(await signInChallenge())),
      await signIn(suspended.authenticator.get(await signInChallenge(), unknown)),
      await signIn(suspended.authenticator.get(await signInChallenge(), { tamper: flipLastBit })),
    ];
    expectProblem(answers[0] as Answer, 'invalid-passkey');
    for (const answer of answers) expect(visibleOf(answer)).toEqual(visibleOf(answers[0] as Answer));
  });

  it('A7.4 when it comes 50 times at the same moment, but for one', async () => {
    const { authenticator } = await personWithPasskey();
    const credential = authenticator.get(await signInChallenge());
    const answers = await Promise.all(Array.from({ length: 50 }, () => signIn(credential)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(49);
    for (const answer of refused) expectProblem(answer, 'invalid-passkey');
  });

  it('and the next right one is not', async () => {
    const { authenticator } = await personWithPasskey();
    expectProblem(await signIn(authenticator.get(await signInChallenge(), { tamper: flipLastBit })), 'invalid-passkey');
    expect((await signIn(authenticator.get(await signInChallenge()))).status).toBe(200);
  });
});

describe('A3.1 an answer that has not the form of WebAuthn', () => {
  it.each([
    ['no credential', undefined, { '#/credential': 'is-defined' }],
    ['a text for a credential', 'x', { '#/credential': 'is-object' }],
    ['a list of credentials', [], { '#/credential': 'is-object' }],
    ['no response', { response: undefined }, { '#/credential/response': 'is-defined' }],
    ['an unknown member', { more: 1 }, { '#/credential/more': 'unknown-field' }],
    ['another type', { type: 'password' }, { '#/credential/type': 'is-in' }],
    ['padding', { rawId: 'AA==' }, { '#/credential/rawId': 'matches' }],
    ['an id that is no text', { id: { toString: 'x' } }, { '#/credential/id/toString': 'unknown-field' }],
    ['an id that is too long', { id: 'A'.repeat(1365) }, { '#/credential/id': 'max-length' }],
    ['a list for extensions', { clientExtensionResults: [] }, { '#/credential/clientExtensionResults': 'is-object' }],
    [
      'extensions that are too long',
      { clientExtensionResults: { prf: 'A'.repeat(5000) } },
      { '#/credential/clientExtensionResults': 'is-bounded' },
    ],
  ])('is refused with %s', async (_what, changes, rules) => {
    const good = stranger.get(stranger.id.toString('base64url'), { userHandle: 'AA' });
    const isPlain = typeof changes === 'object' && !Array.isArray(changes);
    const answer = await signIn(isPlain ? { ...good, ...changes } : changes);
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toMatchObject(rules);
  });
});

function handleOf({ userId }: { readonly userId: string }): string {
  return Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');
}
