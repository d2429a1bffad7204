import { execFileSync } from 'node:child_process';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { signIn as signInWithPassword, TestOrganization } from '../support/organization.ts';
import { servePasskeyPage, type PasskeyPage } from '../support/passkey-page.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf } from '../support/raw-request.ts';
import { lacksTool } from '../support/tools.ts';
import { VirtualAuthenticator } from '../support/virtual-authenticator.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

type Outcome = Pick<Answer, 'status' | 'body'>;

describe.skipIf(lacksTool('chromium'))('A1.2 a passkey of a real browser', () => {
  let pages: PasskeyPage;
  let app: NestFastifyApplication;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;
  let organization: TestOrganization;

  beforeAll(async () => {
    pages = await servePasskeyPage();
    const { origin } = pages;
    app = await startApp({ CORS_ORIGINS: origin, WEBAUTHN_ORIGINS: origin, WEBAUTHN_RP_ID: 'localhost' });
    await app.listen(0, '127.0.0.1');
    organization = await TestOrganization.create(app);
    const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
    browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
    page = await browser.newPage();
    await page.goto(origin);
    devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    authenticatorId = await plugIn();
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await pages?.close();
  });

  async function plugIn(): Promise<string> {
    const pluggedIn = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    return pluggedIn.authenticatorId;
  }

  /** Runs one of the page's functions, in the page, against the API. */
  function inPage(name: string, ...args: unknown[]): Promise<Outcome> {
    const call = [`http://127.0.0.1:${portOf(app)}`, ...args].map((arg) => JSON.stringify(arg)).join(', ');
    return page.evaluate<Outcome>(`window.${name}(${call})`);
  }

  it('is registered, listed, signs its person in without a password, and is removed', async () => {
    const { member, tokens } = await organization.as('receptionist');
    const registered = await inPage('registerPasskey', tokens.accessToken, 'Laptop');
    expect(registered, JSON.stringify(registered)).toMatchObject({
      status: 201,
      body: { tokenType: 'Bearer', passkey: { label: 'Laptop', lastUsedAt: null, isBackedUp: false } },
    });

    const signedIn = await inPage('signInWithPasskey');
    expect(signedIn, JSON.stringify(signedIn)).toMatchObject({ status: 200, body: { tokenType: 'Bearer' } });
    const { accessToken } = signedIn.body;
    expect((await new Caller(app, String(accessToken)).get('/v1/me')).body['id']).toBe(member.userId);

    const listed = await inPage('listPasskeys', accessToken);
    const [passkey] = listed.body['items'] as { id: string }[];
    expect(passkey).toMatchObject({ label: 'Laptop', lastUsedAt: expect.any(String) });

    expect((await inPage('removePasskey', accessToken, passkey?.id)).status).toBe(204);
    expect((await inPage('listPasskeys', accessToken)).body['items']).toEqual([]);
    expect(await inPage('signInWithPasskey')).toMatchObject({ status: 401, body: { code: 'invalid-passkey' } });
  });

  it('is not made twice by one authenticator for one person', async () => {
    const { tokens } = await organization.as('receptionist');
    const first = await inPage('registerPasskey', tokens.accessToken, 'Laptop');
    expect(first.status, JSON.stringify(first)).toBe(201);
    const second = inPage('registerPasskey', first.body['accessToken'], 'Laptop again');
    await expect(second).rejects.toThrow('InvalidStateError');
  });

  it('is not made when its person does not unlock the authenticator', async () => {
    const { tokens } = await organization.as('receptionist');
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await expect(inPage('registerPasskey', tokens.accessToken, 'Locked')).rejects.toThrow('NotAllowedError');
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  });
});

describe('A1.2 passkeys', () => {
  const ORIGIN = 'https://app.example.com';
  const app = useApp({ WEBAUTHN_ORIGINS: ORIGIN, WEBAUTHN_RP_ID: 'example.com' });
  let organization: TestOrganization;
  beforeAll(async () => {
    organization = await TestOrganization.create(app());
  });

  async function register(caller: Caller, label = 'Phone', algorithm: 'ES256' | 'EdDSA' = 'ES256') {
    const options = await caller.post('/v1/me/passkeys/options');
    expect(options.status, options.text).toBe(200);
    const authenticator = new VirtualAuthenticator(ORIGIN, 'example.com', algorithm);
    const credential = authenticator.create(options.body as unknown as Parameters<typeof authenticator.create>[0]);
    const answer = await caller.post('/v1/me/passkeys', { label, credential });
    expect(answer.status, answer.text).toBe(201);
    const { id } = answer.body['passkey'] as { id: string };
    return { id, authenticator, caller: new Caller(app(), String(answer.body['accessToken'])) };
  }

  async function signIn(authenticator: VirtualAuthenticator, organizationId?: string): Promise<Answer> {
    const stranger = new Caller(app());
    const { body } = await stranger.post('/v1/auth/passkey/options');
    return stranger.post('/v1/auth/passkey', {
      credential: authenticator.get(String(body['challenge'])),
      organizationId,
    });
  }

  it('are asked for so that they work alone: discoverable, unlocked by their person, never with RS256', async () => {
    const caller = await organization.as('receptionist');
    const { body } = await caller.post('/v1/me/passkeys/options');
    expect(body).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rp: { id: 'example.com', name: 'Rampart' },
      pubKeyCredParams: [
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -8 },
      ],
      timeout: 300_000,
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    });
    const handle = Buffer.from((body['user'] as { id: string }).id, 'base64url');
    expect(handle.toString('hex')).toBe(caller.member.userId.replaceAll('-', ''));
  });

  it('A1.3 are asked for in the same way whoever signs in: no account is named', async () => {
    const { body } = await new Caller(app()).post('/v1/auth/passkey/options');
    expect({ ...body, challenge: '' }).toEqual({
      challenge: '',
      timeout: 300_000,
      rpId: 'example.com',
      userVerification: 'required',
    });
  });

  it.each(['ES256', 'EdDSA'] as const)('of %s sign in, at the level of two factors', async (algorithm) => {
    const { authenticator } = await register(await organization.as('receptionist'), 'Key', algorithm);
    const answer = await signIn(authenticator);
    expect(answer.status, answer.text).toBe(200);
    const [, claims = ''] = String(answer.body['accessToken']).split('.');
    const { amr } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { amr: string[] };
    expect(amr).toEqual(['pop', 'mfa']);
  });

  it('sign in to the organization that is asked for, and to none of others', async () => {
    const { authenticator } = await register(await organization.as('receptionist'));
    expect((await signIn(authenticator, organization.id)).status).toBe(200);
    const elsewhere = await TestOrganization.create(app());
    expectProblem(await signIn(authenticator, elsewhere.id), 'forbidden');
  });

  it('are listed page by page, each person their own', async () => {
    const first = await register(await organization.as('receptionist'), 'One');
    const { caller } = await register(first.caller, 'Two');
    await register(await organization.as('receptionist'), 'Three');
    const page = await caller.get('/v1/me/passkeys?limit=1');
    expect(page.body).toMatchObject({ items: [{ label: 'One' }], nextCursor: first.id });
    const last = await caller.get(`/v1/me/passkeys?limit=1&cursor=${first.id}`);
    expect(last.body).toMatchObject({ items: [{ label: 'Two' }], nextCursor: null });
    expect(Object.keys((last.body['items'] as object[])[0] ?? {})).toEqual([
      'id',
      'label',
      'createdAt',
      'lastUsedAt',
      'isBackedUp',
    ]);
  });

  it('are excluded from a further registration', async () => {
    const { authenticator, caller } = await register(await organization.as('receptionist'));
    const { body } = await caller.post('/v1/me/passkeys/options');
    const id = authenticator.id.toString('base64url');
    expect(body['excludeCredentials']).toEqual([{ type: 'public-key', id, transports: ['internal', 'hybrid'] }]);
  });

  it('A1.4 of somebody else do not exist', async () => {
    const theirs = await register(await organization.as('receptionist'));
    const { caller } = await register(await organization.as('receptionist'));
    expectProblem(await caller.delete(`/v1/me/passkeys/${theirs.id}`), 'not-found');
    expect((await signIn(theirs.authenticator)).status).toBe(200);
  });

  it('A1.5 come and go with a fresh proof of the highest level alone', async () => {
    const signedIn = await organization.as('receptionist');
    const { id, caller } = await register(signedIn);
    // The token from before the passkey has the level of a password.
    expectProblem(await signedIn.post('/v1/me/passkeys/options'), 'step-up-required');
    expectProblem(await signedIn.delete(`/v1/me/passkeys/${id}`), 'step-up-required');
    expect((await caller.delete(`/v1/me/passkeys/${id}`)).status).toBe(204);
  });

  async function stepUp(caller: Caller, authenticator: VirtualAuthenticator): Promise<Answer> {
    const { body } = await caller.post('/v1/auth/passkey/options');
    return caller.post('/v1/auth/step-up', { passkey: authenticator.get(String(body['challenge'])) });
  }

  it('A1.5 are proof enough for a step-up of their own person, and of nobody else', async () => {
    const { authenticator, caller } = await register(await organization.as('receptionist'));
    const somebody = await register(await organization.as('receptionist'));
    // Five minutes later; within the tolerance the token has not expired.
    vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 301_000));
    const stale = new Caller(app(), caller.accessToken);
    expectProblem(await stale.post('/v1/me/passkeys/options'), 'step-up-required');
    vi.restoreAllMocks();
    expectProblem(await stepUp(caller, somebody.authenticator), 'invalid-passkey');
    const answer = await stepUp(caller, authenticator);
    expect(answer.status, answer.text).toBe(200);
    const fresh = new Caller(app(), String(answer.body['accessToken']));
    expect((await fresh.post('/v1/me/passkeys/options')).status).toBe(200);
  });

  it('A7.4 A1.2 stay when both factors of such a role are removed at the same moment: one is left', async () => {
    const { caller } = await register(await organization.as('clinician'));
    expect((await caller.delete('/v1/me/mfa/totp')).status).toBe(204);
    for (let round = 0; round < 5; round += 1) {
      await register(caller, `Key ${round}`);
      const passkeys = (await caller.get('/v1/me/passkeys')).body['items'] as { id: string }[];
      const answers = await Promise.all(passkeys.map(({ id }) => caller.delete(`/v1/me/passkeys/${id}`)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 409]));
    }
  });

  it('A1.2 stay when they are the last factor of a role that needs one', async () => {
    const clinician = await organization.as('clinician');
    const { id, caller } = await register(clinician);
    expect((await caller.delete('/v1/me/mfa/totp')).status).toBe(204);
    expectProblem(await caller.delete(`/v1/me/passkeys/${id}`), 'conflict');
    const second = await register(caller);
    expect((await second.caller.delete(`/v1/me/passkeys/${id}`)).status).toBe(204);
  });

  it('A1.2 open the role of somebody who had no second factor for it', async () => {
    const member = await organization.addMember('clinician');
    const { client } = app().get(Database);
    await client.totpFactor.delete({ where: { userId: member.userId } });
    const enrolling = await signInWithPassword(app(), member);
    expectProblem(await enrolling.get('/v1/patients'), 'second-factor-required');
    const { caller } = await register(enrolling);
    expect((await caller.get('/v1/patients')).status).toBe(200);
  });
});
