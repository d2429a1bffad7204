import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Clock } from '../time/index.js';
import { Authenticated, Can, Public, StepUp, accessRulesOf, type AccessRule } from './access-rule.js';
import {
  AccessUndeclared,
  PermissionMissing,
  PersonRequired,
  StepUpRequired,
  Unauthenticated,
} from './access.errors.js';
import { AccessGuard, evaluateAccess } from './access.guard.js';
import type { Actor } from './actor.js';
import type { Permission } from './permission.js';

/** Names of no feature: the platform knows none. */
const permission = (name: string) => name as Permission;
const READ = permission('shelves:read');
const WRITE = permission('shelves:write');

const isPublic: AccessRule = { kind: 'public', reason: 'everybody may' };
const isAuthenticated: AccessRule = { kind: 'authenticated', reason: 'their own', isForEnrolment: false };
const isForEnrolment: AccessRule = { kind: 'authenticated', reason: 'their own', isForEnrolment: true };
const needsRead: AccessRule = { kind: 'permission', permission: READ };
const needsWrite: AccessRule = { kind: 'permission', permission: WRITE };

const NOW = 1_800_000_000;
class FixedClock extends Clock {
  override now(): Date {
    return new Date(NOW * 1000);
  }
}

function actorWith(...permissions: Permission[]): Actor {
  const id = '0190a0b0-0000-7000-8000-000000000001';
  return {
    kind: 'user',
    id,
    organizationId: id,
    permissions: new Set(permissions),
    authTime: NOW,
    amr: [],
    isSessionMultiFactor: false,
    mustEnrol: false,
    ip: '::1',
  };
}

const nobody = undefined;
const reader = actorWith(READ);
const powerless = actorWith();
const program: Actor = { ...actorWith(READ), kind: 'api-key', authTime: 0 };
const unenrolled: Actor = { ...actorWith(READ), mustEnrol: true };

describe('evaluateAccess', () => {
  it.each<[string, AccessRule[], Actor | undefined]>([
    ['anybody on a public route', [isPublic], nobody],
    ['a caller without permissions on a public route', [isPublic], powerless],
    ['a caller without permissions on a route for everybody who signed in', [isAuthenticated], powerless],
    ['a caller who has the permission', [needsRead], reader],
    ['a program that has the permission', [needsRead], program],
    ['a caller who must enrol on a route for enrolment', [isForEnrolment], unenrolled],
    ['a caller who must enrol on a public route', [isPublic], unenrolled],
  ])('A1.4 lets in %s', (_who, rules, actor) => {
    expect(evaluateAccess(rules, actor)).toEqual({ allowed: true });
  });

  it.each<[string, AccessRule[], Actor | undefined, number, string]>([
    ['nobody where no rule is declared', [], nobody, 403, 'AccessUndeclared'],
    ['a caller where no rule is declared', [], reader, 403, 'AccessUndeclared'],
    ['anybody where two rules are declared', [isPublic, needsRead], nobody, 403, 'AccessUndeclared'],
    ['a caller where two rules are declared', [needsRead, isPublic], reader, 403, 'AccessUndeclared'],
    ['a caller where the same rule is declared twice', [needsRead, needsRead], reader, 403, 'AccessUndeclared'],
    ['nobody where one must sign in', [isAuthenticated], nobody, 401, 'Unauthenticated'],
    ['nobody where a permission is needed', [needsRead], nobody, 401, 'Unauthenticated'],
    ['a caller without permissions', [needsRead], powerless, 403, 'PermissionMissing'],
    ['a caller with another permission', [needsWrite], reader, 403, 'PermissionMissing'],
    [
      'a caller with a longer permission',
      [needsRead],
      actorWith(permission('shelves:read-all')),
      403,
      'PermissionMissing',
    ],
    ['a caller who must enrol where a permission is needed', [needsRead], unenrolled, 403, 'SecondFactorMissing'],
    ['a caller who must enrol elsewhere', [isAuthenticated], unenrolled, 403, 'SecondFactorMissing'],
    ['a program where one must sign in', [isAuthenticated], program, 403, 'PersonRequired'],
    ['a program where one enrols', [isForEnrolment], program, 403, 'PersonRequired'],
    ['a program without the permission', [needsWrite], program, 403, 'PermissionMissing'],
    ['a caller with a wildcard', [needsRead], actorWith(permission('shelves:*')), 403, 'PermissionMissing'],
    ['a caller with everything', [needsRead], actorWith(permission('*')), 403, 'PermissionMissing'],
    ['a caller with other capitals', [needsRead], actorWith(permission('Shelves:Read')), 403, 'PermissionMissing'],
  ])('A1.4 keeps out %s', (_who, rules, actor, status, name) => {
    const decision = evaluateAccess(rules, actor);
    if (decision.allowed) throw new Error('was let in');
    expect(decision.error()).toMatchObject({ status, name });
  });

  it('B3.4 says which permission is missing, and to whom has none how to sign in', () => {
    const denied = evaluateAccess([needsRead], powerless);
    const asked = evaluateAccess([needsRead], nobody);
    expect([denied, asked].map((decision) => !decision.allowed && decision.error())).toMatchObject([
      { headers: { 'www-authenticate': 'Bearer realm="rampart", error="insufficient_scope", scope="shelves:read"' } },
      { headers: { 'www-authenticate': 'Bearer realm="rampart"' } },
    ]);
  });
});

class Shelves {
  @Public('everybody may') open(): void {}
  @Authenticated('their own') own(): void {}
  @Can(READ) read(): void {}
  @Can(READ) @Public('by mistake') twice(): void {}
  @Authenticated('their own') @StepUp() sensitive(): void {}
  @Can(READ) @StepUp() sensitiveRead(): void {}
  undeclared(): void {}
}

function contextOf(handler: () => void, actor: Actor | undefined): ExecutionContext {
  return {
    getHandler: () => handler,
    switchToHttp: () => ({ getRequest: () => ({ actor }) }),
  } as unknown as ExecutionContext;
}

describe('the access guard', () => {
  const guard = new AccessGuard(new FixedClock());
  const { open, own, read, twice, sensitive, undeclared } = Shelves.prototype;

  it('A1.4 reads the rule from the decorator', () => {
    expect([open, own, read, twice, undeclared].map((handler) => accessRulesOf(handler).length)).toEqual([
      1, 1, 1, 2, 0,
    ]);
  });

  it.each<[string, () => void, Actor | undefined]>([
    ['public', open, nobody],
    ['authenticated', own, powerless],
    ['permission', read, reader],
  ])('A1.4 passes on %s', (_rule, handler, actor) => {
    expect(guard.canActivate(contextOf(handler, actor))).toBe(true);
  });

  it.each<[string, () => void, Actor | undefined, new (...values: never[]) => Error]>([
    ['an undeclared route', undeclared, reader, AccessUndeclared],
    ['a route declared twice', twice, reader, AccessUndeclared],
    ['an authenticated route without a caller', own, nobody, Unauthenticated],
    ['a route whose permission the caller lacks', read, powerless, PermissionMissing],
  ])('A1.4 throws on %s', (_rule, handler, actor, refusal) => {
    expect(() => guard.canActivate(contextOf(handler, actor))).toThrow(refusal);
  });

  it.each<[string, Partial<Actor>]>([
    ['just now', { authTime: NOW }],
    ['five minutes ago', { authTime: NOW - 300 }],
    ['just now with a second factor', { amr: ['pwd', 'otp', 'mfa'], isSessionMultiFactor: true }],
  ])('A1.5 lets a sensitive route be called by who has proved who they are %s', (_when, proof) => {
    expect(guard.canActivate(contextOf(sensitive, { ...powerless, ...proof }))).toBe(true);
  });

  it('A4.5 never lets a program call a sensitive route, whatever it says that it has proved', () => {
    const stepUp = Shelves.prototype.sensitiveRead;
    expect(() => guard.canActivate(contextOf(stepUp, { ...program, authTime: NOW }))).toThrow(PersonRequired);
    expect(guard.canActivate(contextOf(stepUp, reader))).toBe(true);
  });

  it.each<[string, Partial<Actor>]>([
    ['more than five minutes ago', { authTime: NOW - 301 }],
    ['long ago with a second factor', { authTime: 0, amr: ['pwd', 'otp', 'mfa'], isSessionMultiFactor: true }],
    ['just now with less than the session was opened with', { amr: ['pwd'], isSessionMultiFactor: true }],
  ])('A1.5 asks who has proved who they are %s to do it again', (_when, proof) => {
    const call = () => guard.canActivate(contextOf(sensitive, { ...powerless, ...proof }));
    expect(call).toThrow(StepUpRequired);
    expect(call).toThrow(
      expect.objectContaining({
        status: 401,
        headers: {
          'www-authenticate': expect.stringMatching(
            /^Bearer realm="rampart", error="insufficient_user_authentication", .*acr_values="[^"]+", max_age="300"$/,
          ),
        },
      }),
    );
  });
});
