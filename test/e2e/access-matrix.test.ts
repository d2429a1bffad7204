import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { configureApp, createApp } from '../../src/app.setup.js';
import { openScopes } from '../../src/features/api-keys/api-keys.policy.js';
import { newId } from '../../src/platform/crypto/index.js';
import type { ErrorCode } from '../../src/platform/errors/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { roles, type Role } from '../../src/roles.js';
import { examples } from '../support/access-examples.ts';
import { objects, openClinic, roleNames, suspended, withoutFactor, type Clinic } from '../support/access-world.ts';
import { makeKey, Program } from '../support/api-keys.ts';
import { testConfig, useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { exampleCall, exampleOf, nameOf } from '../support/example-calls.ts';
import type { SignedIn } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Every route x every kind of caller. What must happen follows from the access rule that the route declares, in any version of
 * the API; how to call it stands in test/support/access-examples.ts. docs/access-matrix.md is made from the same declarations.
 */
const routes = await declaredRoutes();
const app = useApp();
let here: Clinic;
let there: Clinic;

beforeAll(async () => {
  [here, there] = await Promise.all([openClinic(app()), openClinic(app())]);
});

const rows = routes.map((route): [string, RouteDeclaration] => [nameOf(route), route]);
const guarded = rows.filter(([, { access }]) => access[0]?.kind !== 'public');

/** `success`: the declared status, or the refusal that the example names. */
type Outcome = 'success' | ErrorCode;

/** For somebody who is signed in, and may be held back until they have a second factor. */
function outcomeFor({ access: [rule] }: RouteDeclaration, has: (permission: string) => boolean): Outcome {
  return rule?.kind !== 'permission' || has(rule.permission) ? 'success' : 'forbidden';
}

const hasPermission = (role: Role) => (permission: string) =>
  (roles[role].permissions as readonly string[]).includes(permission);

interface Call {
  readonly clinic?: Clinic;
  /** Whose objects and bodies are sent. */
  readonly person: SignedIn;
  /** Who sends them, when it is somebody else. */
  readonly caller?: Caller;
  readonly id?: string;
}

async function call(route: RouteDeclaration, { clinic = here, person, caller = person, id }: Call): Promise<Answer> {
  const { method, url, ...sent } = await exampleCall(route, { clinic, person, id });
  return caller.call(method, url, sent);
}

async function expectOutcome(route: RouteDeclaration, outcome: Outcome, facts: Call): Promise<void> {
  if (outcome !== 'success') {
    // Who may not call the route is refused before anybody looks for the object.
    const { object } = exampleOf(route);
    return expectProblem(await call(route, { ...facts, ...(object !== undefined && { id: newId() }) }), outcome);
  }
  const answer = await call(route, facts);
  const { refusal } = exampleOf(route);
  const expected = typeof refusal === 'function' ? refusal(facts.person.member) : refusal;
  if (expected !== undefined) return expectProblem(answer, expected);
  expect(answer.status, answer.text).toBe(route.returns?.status);
}

describe('A1.4 the table of examples', () => {
  it('B18.1 has a row for every route of the server, and no other', () => {
    const running = app().get(CompletenessCheck).routes();
    expect(running.map(nameOf).toSorted()).toEqual(Object.keys(examples).toSorted());
    expect(routes.map(nameOf).toSorted()).toEqual(Object.keys(examples).toSorted());
  });

  it('names an object for every parameter of a route that is not public', () => {
    const forgotten = guarded.filter(([, route]) => route.path.includes(':') && exampleOf(route).object === undefined);
    expect(forgotten.map(([name]) => name)).toEqual([]);
  });
});

describe.each(roleNames)('A1.4 B3.5 signed in as %s', (role) => {
  it.each(rows)('%s', async (_name, route) => {
    const outcome = outcomeFor(route, hasPermission(role));
    const newcomer = outcome === 'success' ? exampleOf(route).newcomer : undefined;
    const person = (await newcomer?.(here, role)) ?? here.people[role];
    await expectOutcome(route, outcome, { person });
  });
});

/** Public routes do not even look at the credential. */
function expectClosedTo(token: string | undefined, route: RouteDeclaration): Promise<void> {
  const outcome = route.access[0]?.kind === 'public' ? 'success' : 'unauthenticated';
  return expectOutcome(route, outcome, { person: here.people.receptionist, caller: new Caller(app(), token) });
}

describe('A1.4 without a credential', () => {
  it.each(rows)('%s', (_name, route) => expectClosedTo(undefined, route));
});

describe('A1.4 B13.1 with a token that nobody has signed', () => {
  it.each(rows)('%s', (_name, route) => {
    const { accessToken } = here.people.owner.tokens;
    return expectClosedTo(`${accessToken.slice(0, accessToken.lastIndexOf('.'))}.${'A'.repeat(86)}`, route);
  });
});

describe('A1.4 B13.3 suspended while signed in', () => {
  let token: string;

  beforeAll(async () => {
    const person = await suspended(here);
    token = person.tokens.accessToken;
    await vi.waitFor(async () => expectProblem(await person.get('/v1/me'), 'unauthenticated'));
  });

  it.each(rows)('%s', (_name, route) => expectClosedTo(token, route));
});

describe('A1.4 B13.3 with a token that has expired', () => {
  beforeEach(() => {
    new StoppedClock(app()).advance(600);
  });
  // Not left to the next test: what beforeAll of another group signs in would be of the future.
  afterEach(() => vi.restoreAllMocks());

  it.each(rows)('%s', (_name, route) => expectClosedTo(here.people.owner.tokens.accessToken, route));
});

describe('A1.4 A1.2 with a role whose second factor is missing', () => {
  let person: SignedIn;

  beforeAll(async () => {
    person = await withoutFactor(here);
  });

  it.each(rows)('%s', async (_name, route) => {
    const [rule] = route.access;
    const isOpen = rule?.kind === 'public' || (rule?.kind === 'authenticated' && rule.isForEnrolment);
    const outcome = isOpen ? 'success' : 'second-factor-required';
    const isNew = isOpen && exampleOf(route).newcomer !== undefined;
    const caller = isNew ? await withoutFactor(here) : person;
    await expectOutcome(route, outcome, { person: caller });
  });
});

describe('A4.5 B3.5 with an API key', () => {
  const programs = new Map<string, Promise<Program>>();

  /** Made by the first role that has the scope: the key acts for them. */
  function programWith(scope: string): { person: SignedIn; program: Promise<Program> } {
    const role = roleNames.find((name) => ['api-keys:create', scope].every(hasPermission(name)));
    if (role === undefined) throw new Error(`nobody can make a key for ${scope}`);
    const person = here.people[role];
    const program =
      programs.get(scope) ?? makeKey(person, { scopes: [scope] }).then(({ key }) => new Program(app(), key));
    programs.set(scope, program);
    return { person, program };
  }

  const permissionOf = ({ access: [rule] }: RouteDeclaration) =>
    rule?.kind === 'permission' && openScopes.includes(rule.permission) ? rule.permission : 'patients:read';

  it.each(rows)('that has the scope, if any key can: %s', async (_name, route) => {
    const { person, program } = programWith(permissionOf(route));
    const facts = { person, caller: await program };
    const [rule] = route.access;
    const isOpen = rule?.kind === 'permission' && openScopes.includes(rule.permission) && !route.isStepUp;
    await expectOutcome(route, isOpen || rule?.kind === 'public' ? 'success' : 'forbidden', facts);
  });

  it.each(rows)('that has another scope: %s', async (_name, route) => {
    const { person, program } = programWith(
      permissionOf(route) === 'patients:update' ? 'patients:create' : 'patients:update',
    );
    const outcome = route.access[0]?.kind === 'public' ? 'success' : 'forbidden';
    await expectOutcome(route, outcome, { person, caller: await program });
  });
});

describe.each(roleNames)('A1.4 to the %s of another organization', (role) => {
  const reachable = guarded.filter(
    ([, route]) => exampleOf(route).object !== undefined && outcomeFor(route, hasPermission(role)) === 'success',
  );

  it.each(reachable)('what exists is told from what does not by nothing, and is unharmed: %s', async (_name, route) => {
    const { object } = exampleOf(route);
    if (object === undefined) throw new Error('no object');
    const owner = there.people[role];
    const id = await objects[object](there, owner);
    const person = here.people[role];
    const answer = await call(route, { person, id });
    expectProblem(answer, 'not-found');
    expect(answer.text).not.toContain(id);
    expect(visibleOf(answer)).toEqual(visibleOf(await call(route, { person, id: newId() })));
    await expectOutcome(route, 'success', { clinic: there, person: owner, id });
  });
});

describe('B18.1 the inventory', () => {
  it('lists everything that the server answers to, but its own description', async () => {
    // At the end of the file: a second application takes the place of the first in Passport.
    const served: string[] = [];
    const other = await createApp(await testConfig());
    const server = other.getHttpAdapter().getInstance();
    server.addHook('onRoute', ({ method, url }) => {
      served.push(...[method].flat().map((verb) => `${verb} ${url}`));
    });
    await configureApp(other);
    await other.close();
    const unknown = served.filter((name) => !/^(HEAD|OPTIONS) /.test(name) && examples[name] === undefined);
    expect(unknown.toSorted()).toEqual([
      'GET /.well-known/security.txt',
      'GET /docs',
      'GET /docs/',
      'GET /docs/js/scalar.js',
      'GET /openapi.json',
    ]);
  });
});
