import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { Secret } from '../config/index.js';
import type { SigningKeys } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import { Authenticated, Public } from './access-rule.js';
import type { AccessTokenClaims } from './access-token.js';
import type { Actor } from './actor.js';
import { ApiKeyRefused, Unauthenticated } from './access.errors.js';
import { ApiKeyRegistry, type LiveApiKey } from './api-key-registry.js';
import { AuthenticationGuard } from './authentication.guard.js';
import { NO_PERMISSIONS } from './permission.js';
import { SessionRegistry, type LiveSession } from './session-registry.js';
import { VerifiedTokens } from './verified-tokens.js';

const ID = '0190a0b0-0000-7000-8000-000000000001';
const TOKEN = 'head.body.signature';
const claims = { sub: ID, sid: ID, org: ID, auth_time: 7, amr: ['pwd'], exp: 4_000_000_000 } as const;
const session: LiveSession = {
  userId: ID,
  organizationId: ID,
  role: 'keeper',
  permissions: NO_PERMISSIONS,
  isMultiFactor: true,
  mustEnrol: false,
};

class Routes {
  @Public('everybody may') open(): void {}
  @Authenticated('their own') own(): void {}
  undeclared(): void {}
}

class FixedClock extends Clock {
  override now(): Date {
    return new Date(0);
  }
}

class Registry extends SessionRegistry {
  constructor(private readonly answer: () => LiveSession | undefined) {
    super();
  }
  override find(): LiveSession | undefined {
    return this.answer();
  }
}

/** The signature has been verified before: what passport does with tokens is shown end to end. */
function guardWith(
  answer: () => LiveSession | undefined = () => session,
  apiKeys?: ApiKeyRegistry,
): AuthenticationGuard {
  const keys = { publicKeyPem: () => 'pem' } as unknown as SigningKeys;
  const verified = new VerifiedTokens(new FixedClock(), keys);
  verified.remember(TOKEN, claims as unknown as AccessTokenClaims);
  return new AuthenticationGuard(verified, new Registry(answer), apiKeys);
}

function call(guard: AuthenticationGuard, authorization: string | undefined, handler = Routes.prototype.own) {
  const request: { headers: object; ip: string; actor?: Actor } = { headers: { authorization }, ip: '192.0.2.7' };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) };
  return { request, outcome: guard.canActivate(context as unknown as ExecutionContext) };
}

describe('the authentication guard', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`])(
    'B3.1 makes an actor of "%s"',
    async (header) => {
      const { request, outcome } = call(guardWith(), header);
      await expect(outcome).resolves.toBe(true);
      expect(request.actor).toEqual({
        kind: 'user',
        id: ID,
        userId: ID,
        organizationId: ID,
        role: 'keeper',
        permissions: NO_PERMISSIONS,
        sessionId: ID,
        isSessionMultiFactor: true,
        mustEnrol: false,
        authTime: 7,
        amr: ['pwd'],
        ip: '192.0.2.7',
      });
    },
  );

  it.each([
    [undefined, 'no-credential'],
    ['', 'malformed-credential'],
    ['Bearer', 'malformed-credential'],
    ['Bearer ', 'malformed-credential'],
    [TOKEN, 'malformed-credential'],
    [`Basic ${TOKEN}`, 'malformed-credential'],
    [`DPoP ${TOKEN}`, 'malformed-credential'],
    [`Bearer${TOKEN}`, 'malformed-credential'],
    [`Bearer\t${TOKEN}`, 'malformed-credential'],
    [` Bearer ${TOKEN}`, 'malformed-credential'],
    [`Bearer ${TOKEN} `, 'malformed-credential'],
    [`Bearer ${TOKEN}, Bearer ${TOKEN}`, 'malformed-credential'],
    [`Bearer ${TOKEN} ${TOKEN}`, 'malformed-credential'],
    [`Bearer "${TOKEN}"`, 'malformed-credential'],
    [`Bearer ${TOKEN}\u0000`, 'malformed-credential'],
    ['Bearer ====', 'malformed-credential'],
  ])('B13.1 refuses "%s" as %s', async (header, reason) => {
    const { request, outcome } = call(guardWith(), header);
    await expect(outcome).rejects.toMatchObject({ name: 'Unauthenticated', context: { reason } });
    expect(request.actor).toBeUndefined();
  });

  it('B13.3 refuses a token whose session has ended', async () => {
    const { request, outcome } = call(
      guardWith(() => undefined),
      `Bearer ${TOKEN}`,
    );
    await expect(outcome).rejects.toMatchObject({ context: { reason: 'session-ended' } });
    expect(request.actor).toBeUndefined();
  });

  it('A7.2 lets nobody in when the registry fails', async () => {
    const { request, outcome } = call(
      guardWith(() => {
        throw new Error('database away');
      }),
      `Bearer ${TOKEN}`,
    );
    await expect(outcome).rejects.toThrow('database away');
    expect(request.actor).toBeUndefined();
  });

  it('A1.4 asks for a credential where no rule is declared', async () => {
    const { outcome } = call(guardWith(), undefined, Routes.prototype.undeclared);
    await expect(outcome).rejects.toThrow(Unauthenticated);
  });

  it('makes nobody an actor on a public route, whatever is sent along', async () => {
    const { request, outcome } = call(guardWith(), `Bearer ${TOKEN}`, Routes.prototype.open);
    await expect(outcome).resolves.toBe(true);
    expect(request.actor).toBeUndefined();
  });

  it.each([
    ['no credential', 'no-credential', 'Bearer realm="rampart"'],
    ['a refused one', 'session-ended', 'Bearer realm="rampart", error="invalid_token"'],
  ])('B3.4 challenges %s without saying why it was refused', (_what, reason, challenge) => {
    expect(new Unauthenticated({ reason }).headers).toEqual({ 'www-authenticate': challenge });
  });
});

class Keys extends ApiKeyRegistry {
  override find(key: Secret<string>): Promise<LiveApiKey> {
    if (key.reveal() !== 'good') return Promise.reject(new ApiKeyRefused({ reason: 'unknown-key' }));
    const owner = { userId: ID, organizationId: ID, role: 'keeper', permissions: NO_PERMISSIONS };
    return Promise.resolve({ id: 'key', ...owner, rateTier: 'high' });
  }
}

describe('an API key', () => {
  it.each(['ApiKey good', 'apikey   good'])('B3.1 makes an actor that has proved nothing: "%s"', async (header) => {
    const { request, outcome } = call(
      guardWith(() => session, new Keys()),
      header,
    );
    await expect(outcome).resolves.toBe(true);
    expect(request.actor).toEqual({
      kind: 'api-key',
      id: 'key',
      userId: ID,
      organizationId: ID,
      role: 'keeper',
      permissions: NO_PERMISSIONS,
      rateTier: 'high',
      isSessionMultiFactor: false,
      mustEnrol: false,
      authTime: 0,
      amr: [],
      ip: '192.0.2.7',
    });
  });

  it.each(['ApiKey', 'ApiKey ', 'ApiKey bad', 'ApiKey good bad', 'ApiKey good ', 'ApiKeygood', 'good'])(
    'A4.1 is refused as "%s"',
    async (header) => {
      const { request, outcome } = call(
        guardWith(() => session, new Keys()),
        header,
      );
      await expect(outcome).rejects.toThrow(Unauthenticated);
      expect(request.actor).toBeUndefined();
    },
  );

  it('A4.1 is refused where nobody knows keys', async () => {
    await expect(call(guardWith(), 'ApiKey good').outcome).rejects.toThrow(Unauthenticated);
  });

  it('A4.1 is refused with the answer to any refused credential, and with an event', () => {
    const refusal = new ApiKeyRefused({ reason: 'expired', keyId: 'x' });
    expect(refusal).toMatchObject({ context: { event: 'authn_token_invalid', reason: 'expired', keyId: 'x' } });
    expect(refusal.headers).toEqual(new Unauthenticated({ reason: 'session-ended' }).headers);
  });
});

describe('what passport decides', () => {
  const guard = guardWith();

  it('gives the claims on', () => {
    expect(guard.handleRequest(null, claims, undefined)).toBe(claims);
  });

  it.each<[string, unknown, unknown]>([
    ['false', false, undefined],
    ['undefined', undefined, undefined],
    ['a reason', false, new Error('jwt expired')],
    ['a reason that is text', false, 'jwt expired'],
  ])('B13.1 is a 401 on %s', (_what, user, info) => {
    expect(() => guard.handleRequest(null, user as false, info)).toThrow(Unauthenticated);
  });

  it('keeps the reason of a refusal of ours, and any other error as what it is', () => {
    const ours = new Unauthenticated({ reason: 'unknown-key' });
    const other = new Error('broken');
    expect(() => guard.handleRequest(null, false, ours)).toThrow(ours);
    expect(() => guard.handleRequest(other, false, undefined)).toThrow(other);
    expect(() => guard.handleRequest(other, claims, undefined)).toThrow(other);
  });
});
