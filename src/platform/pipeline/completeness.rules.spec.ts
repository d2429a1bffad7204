import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import type { AccessRule, Permission } from '../access/index.js';
import { Field, lastFour, pageOf, Shows } from '../serialization/index.js';
import { Text } from '../validation/index.js';
import { completenessRules, guardedViewsOf } from './completeness.rules.js';
import type { RouteDeclaration, RouteInput } from './route-declaration.js';

const permission = (name: string) => name as Permission;
const granted = new Set(['shelves:read', 'shelves:create', 'shelves:delete'].map(permission));

class ShelfView {
  @Field() id!: string;
}
class BoxView {
  @Field({ view: ShelfView }) shelf!: ShelfView;
}
class OpenView {
  @Field() id!: string;
}
class MaskedView {
  @Field({ requires: permission('shelves:read'), mask: lastFour }) code!: string;
}
class BoxedMaskedView {
  @Field({ list: MaskedView }) items!: MaskedView[];
}
class SecretView {
  @Field({ requires: permission('shelves:read') }) passwordHash!: string;
}
class ShownOnceView {
  @Field({ dataClass: 'secret', because: 'a new one' }) token!: string;
}
class UnexplainedView {
  @Field() email!: string;
}
@Shows('IpRule')
class NoteView {
  @Field() note!: string;
}
class AnyNoteView {
  @Field() note!: string;
}
class ExplainedView extends AnyNoteView {
  @Field({ because: 'their own' }) email!: string;
}
class OwnView {
  @Field({ because: 'their own' }) email!: string;
}
class EmptyView {
  id!: string;
}
class ShelfBody {
  @Text({ max: 10 }) name!: string;
}
class LongShelfBody extends ShelfBody {}
class LooseBody {
  name!: string;
}

const can = (name: string): AccessRule => ({ kind: 'permission', permission: permission(name) });
const isPublic: AccessRule = { kind: 'public', reason: 'everybody may' };
const isAuthenticated: AccessRule = { kind: 'authenticated', reason: 'their own', isForEnrolment: false };

const input = (source: RouteInput['source'], type: unknown, hasPipe = false): RouteInput => ({ source, type, hasPipe });

const deprecation = { since: '2026-01-01', sunset: '2027-01-01', successorVersion: '2', change: 'all' };

const complete: RouteDeclaration = {
  label: 'ShelvesController.show (GET /v1/shelves)',
  controller: 'ShelvesController',
  version: '1',
  method: 'GET',
  path: '/v1/shelves',
  access: [can('shelves:read')],
  isStepUp: false,
  throttle: 'read',
  returns: { status: 200, view: ShelfView },
  inputs: [],
  fails: [],
};
const create: Partial<RouteDeclaration> = {
  method: 'POST',
  access: [can('shelves:create')],
  returns: { status: 201, view: ShelfView },
  inputs: [input('body', ShelfBody)],
};

function offencesOf(changes: Partial<RouteDeclaration>): string[] {
  const facts = {
    granted,
    guardedViews: guardedViewsOf([{ ...complete, returns: { status: 200, view: BoxView } }]),
    addresses: new Set(['GET /v1/shelves', 'GET /v2/shelves']),
  };
  return completenessRules.flatMap((rule) => rule({ ...complete, ...changes }, facts) ?? []);
}

describe('the completeness rules', () => {
  it.each<[string, Partial<RouteDeclaration>]>([
    ['a read', {}],
    ['a read for everybody', { access: [isPublic], returns: { status: 200, view: OpenView } }],
    ['a field that needs a permission, for callers', { returns: { status: 200, view: BoxedMaskedView } }],
    ['a change with a fresh proof', { ...create, isStepUp: true }],
    ['a read for everybody who signed in', { access: [isAuthenticated] }],
    ['a creation', create],
    ['a creation with an inherited body', { ...create, inputs: [input('body', LongShelfBody)] }],
    ['a change without a permission', { ...create, access: [isAuthenticated] }],
    ['a deprecated read', { deprecation }],
    ['a deletion', { method: 'DELETE', access: [can('shelves:delete')], returns: { status: 204 } }],
    ['a parameter with a pipe', { inputs: [input('param', String, true)] }],
    ['a query with rules', { inputs: [input('query', ShelfBody)] }],
    ['a new secret for everybody', { ...create, access: [isPublic], returns: { status: 201, view: ShownOnceView } }],
    ['what is personal, with a reason', { returns: { status: 200, view: OwnView } }],
    ['a name that is harmless in the model that it is of', { returns: { status: 200, view: NoteView } }],
    ['a search by POST', { ...create, access: [can('shelves:read')], returns: { status: 200, view: ShelfView } }],
  ])('A1.4 let pass %s', (_what, changes) => {
    expect(offencesOf(changes)).toEqual([]);
  });

  it.each<[string, Partial<RouteDeclaration>, RegExp]>([
    ['A1.4', { access: [] }, /does not say who may call it/],
    ['A1.4', { access: [isAuthenticated, isPublic] }, /says more than once who may call it/],
    ['A1.4', { access: [can('shelves:read'), can('shelves:read')] }, /says more than once who may call it/],
    ['A1.4', { ...create, access: [can('shelves:fly')] }, /asks for shelves:fly, which no role/],
    ['A1.4', { ...create, access: [can('')] }, /which no role/],
    ['A1.4', { ...create, access: [can('*')] }, /which no role/],
    [
      'A1.5',
      { access: [isPublic], returns: { status: 202 }, method: 'POST', isStepUp: true },
      /nobody who could prove/,
    ],
    ['B7.1', { access: [isPublic] }, /is public and returns what needs a permission/],
    ['B7.1', { access: [isPublic], returns: { status: 200, view: BoxView } }, /is public and returns what needs/],
    ['B7.1', { access: [isPublic], returns: { status: 200, view: pageOf(ShelfView) } }, /is public and returns what/],
    ['B7.1', { access: [isPublic], returns: { status: 200, view: BoxedMaskedView } }, /is public and returns what/],
    ['B7.1', { returns: undefined }, /does not say what it returns/],
    ['B7.1', { returns: { status: 200, view: EmptyView } }, /a class without @Field\(\)/],
    ['B7.1', { returns: { status: 200, view: String } }, /a class without @Field\(\)/],
    ['B7.1', { returns: { status: 200, view: {} } }, /a class without @Field\(\)/],
    ['B7.1', { returns: { status: 200, view: null } }, /a class without @Field\(\)/],
    ['A11.2', { returns: { status: 200, view: SecretView } }, /shows SecretView\.passwordHash \(secret\)/],
    ['A11.2', { returns: { status: 200, view: pageOf(UnexplainedView) } }, /shows UnexplainedView\.email \(personal\)/],
    ['A11.2', { returns: { status: 200, view: AnyNoteView } }, /shows AnyNoteView\.note \(clinical\)/],
    ['A11.2', { returns: { status: 200, view: ExplainedView } }, /shows ExplainedView\.note \(clinical\)/],
    ['A11.2', { access: [isPublic], returns: { status: 200, view: OwnView } }, /is public and returns a column/],
    ['A3.1', { ...create, inputs: [input('body', LooseBody)] }, /takes a body that is neither/],
    ['A3.1', { ...create, inputs: [input('body', Object)] }, /takes a body that is neither/],
    ['A3.1', { ...create, inputs: [input('body', undefined)] }, /takes a body that is neither/],
    ['A3.1', { ...create, inputs: [input('body', Array)] }, /takes a body that is neither/],
    ['A3.1', { inputs: [input('query', String)] }, /takes a query that is neither/],
    ['A3.1', { inputs: [input('query', LooseBody)] }, /takes a query that is neither/],
    ['A3.1', { inputs: [input('param', String)] }, /takes a param that is neither/],
    ['A3.1', { inputs: [input('param', Number)] }, /takes a param that is neither/],
    ['A3.1', { inputs: [input('param', String, true), input('query', Object)] }, /takes a query that is neither/],
    [
      'B17.3',
      { deprecation: { ...deprecation, successorVersion: '3' } },
      /is deprecated in favour of GET \/v3\/shelves/,
    ],
    ['B17.3', { deprecation: { ...deprecation, successorVersion: '1' } }, /which is no other route/],
    ['B17.3', { ...create, deprecation }, /is deprecated in favour of POST \/v2\/shelves/],
    ['A3.1', { inputs: [input('header', String)] }, /takes a header that is neither/],
    ['B7.1', { inputs: [input('raw-request', Object)] }, /takes the raw request/],
    ['B7.1', { inputs: [input('raw-response', Object)] }, /takes the raw response/],
    ['B7.1', { inputs: [input('raw-response', Object, true)] }, /takes the raw response/],
    ['B9.3', { access: [can('shelves:create')] }, /changes state on GET/],
    ['B9.3', { access: [can('shelves:delete')], returns: { status: 204 } }, /changes state on GET/],
    ['B9.3', { access: [isAuthenticated], returns: { status: 204 } }, /changes state on GET/],
    ['B9.3', { access: [isPublic], returns: { status: 201, view: OpenView } }, /changes state on GET/],
    ['B9.3', { inputs: [input('body', ShelfBody)] }, /changes state on GET/],
    ['B9.3', { method: 'HEAD', access: [can('shelves:delete')] }, /changes state/],
    ['B9.3', { method: 'OPTIONS', access: [can('shelves:delete')] }, /changes state/],
    // @All() answers to GET as well.
    ['B9.3', { method: 'ALL', access: [can('shelves:delete')] }, /changes state/],
  ])('%s refuse %o', (_requirement, changes, message) => {
    const offences = offencesOf(changes);
    expect(offences).toHaveLength(1);
    expect(offences[0]).toMatch(message);
  });

  it('A1.4 name every offence of a route, not only the first', () => {
    const offences = offencesOf({ access: [], returns: undefined, inputs: [input('query', Object)] });
    expect(offences).toHaveLength(3);
  });
});
