import { getMetadataStorage } from 'class-validator';
import type { PermissionSet } from '../access/index.js';
import { isAtLeast } from '../data-classes/index.js';
import { successorOf } from '../lifecycle/index.js';
import { classOfField, fieldsOf, type ViewClass } from '../serialization/index.js';
import type { RouteDeclaration, RouteInput } from './route-declaration.js';

interface Facts {
  /** Every permission that some role has. */
  readonly granted: PermissionSet;
  /** Every view, nested ones included, that some route shows to callers with a permission alone. */
  readonly guardedViews: ReadonlySet<ViewClass>;
  /** Method and path of every route. */
  readonly addresses: ReadonlySet<string>;
}

/** What is wrong with the route, or undefined. */
export type CompletenessRule = (route: RouteDeclaration, facts: Facts) => string | undefined;

const declaresWhoMayCall: CompletenessRule = ({ access }) => {
  if (access.length === 1) return undefined;
  return access.length === 0
    ? 'does not say who may call it: add @Can, @Authenticated or @Public'
    : 'says more than once who may call it: keep one of @Can, @Authenticated and @Public';
};

const declaresWhatItReturns: CompletenessRule = ({ returns }) =>
  returns === undefined ? 'does not say what it returns: add @Returns(status, View) or @Returns(204)' : undefined;

const returnsAViewWithFields: CompletenessRule = ({ returns }) =>
  returns?.view !== undefined && !(isClass(returns.view) && fieldsOf(returns.view).length > 0)
    ? 'returns a class without @Field(): nothing of it would leave'
    : undefined;

const takesOnlyValidatedInput: CompletenessRule = ({ inputs }) => {
  const unvalidated = inputs.find((input) => isFromClient(input) && !input.hasPipe && !isValidatedClass(input.type));
  return (
    unvalidated && `takes a ${unvalidated.source} that is neither a class with validation rules nor parsed by a pipe`
  );
};

/** `@Res()` answers past the serializer, `@Req()` reads past the validation. */
const staysInsideThePipeline: CompletenessRule = ({ inputs }) => {
  const raw = inputs.find((input) => input.source === 'raw-request' || input.source === 'raw-response');
  return raw && `takes the ${raw.source.replace('-', ' ')}, which goes past the pipeline`;
};

const needsAPermissionThatSomebodyHas: CompletenessRule = ({ access: [rule] }, { granted }) =>
  rule?.kind === 'permission' && !granted.has(rule.permission)
    ? `asks for ${rule.permission}, which no role of src/roles.ts grants`
    : undefined;

const asksNobodyForAProof: CompletenessRule = ({ access: [rule], isStepUp }) =>
  isStepUp && rule?.kind === 'public'
    ? 'is public and has @StepUp(): there is nobody who could prove anything'
    : undefined;

/** The clinical and the personal must not leave by an open door beside the guarded one (API3:2023). */
const keepsFromThePublicWhatNeedsAPermission: CompletenessRule = ({ access: [rule], returns }, { guardedViews }) =>
  rule?.kind === 'public' && viewsWithin(returns?.view).some((view) => guardedViews.has(view) || hasGuardedField(view))
    ? 'is public and returns what needs a permission elsewhere'
    : undefined;

/** A field that nobody has thought about may be the one that should not be there (API3:2023). @control A11.2 B15.1 */
const explainsWhatIsSensitive: CompletenessRule = ({ returns }) => {
  const unexplained = viewsWithin(returns?.view).flatMap((view) =>
    fieldsOf(view).flatMap((field) => {
      const dataClass = classOfField(view, field) ?? 'internal';
      // A permission is no reason to show a secret.
      const isGuarded = field.requires !== undefined && dataClass !== 'secret';
      const isFine = !isAtLeast(dataClass, 'personal') || isGuarded || field.because !== undefined;
      return isFine ? [] : [`${view.name}.${field.name} (${dataClass})`];
    }),
  );
  return unexplained.length > 0
    ? `shows ${unexplained.join(', ')} to everybody who may call it: add requires, or because with a reason`
    : undefined;
};

/** A reason is not enough where anybody may ask. Tokens and the like are no columns. */
const keepsColumnsOfPeopleFromThePublic: CompletenessRule = ({ access: [rule], returns }) =>
  rule?.kind === 'public' &&
  viewsWithin(returns?.view).some((view) =>
    fieldsOf(view).some(
      (field) => field.dataClass === undefined && isAtLeast(classOfField(view, field) ?? 'public', 'personal'),
    ),
  )
    ? 'is public and returns a column that is personal, clinical or secret'
    : undefined;

/** ALL answers to GET as well. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'ALL']);

/** RFC 9110 §9.2.1: GET is safe. Browsers prefetch it and caches repeat it. @control B9.3 */
const readsOnlyOnGet: CompletenessRule = ({ method, access: [rule], returns, inputs }) => {
  if (!SAFE.has(method)) return undefined;
  const changes = rule?.kind === 'permission' && !rule.permission.endsWith(':read');
  const creates = returns !== undefined && returns.status !== 200;
  const hasBody = inputs.some((input) => input.source === 'body');
  return changes || creates || hasBody ? 'changes state on GET: use POST, PATCH or DELETE' : undefined;
};

/** Where secrets are guessed, asked for or changed: under auth/, and below me/ what a stolen session would go for. */
const AUTH_SENSITIVE = /^\/(v[^/]+\/)?(auth|me\/(password|email|mfa|passkeys|export))(\/|$)/i;
/** What may be read there often: a list of one's own. */
const isListing = ({ method, path }: RouteDeclaration) => method === 'GET' && !path.endsWith('/export');

/** A limit for reading or writing is thousands of guesses an hour (ASVS 5.0 6.3.1). @control B6.1 */
const limitsGuessing: CompletenessRule = (route) =>
  AUTH_SENSITIVE.test(route.path) && !isListing(route) && route.throttle !== 'auth'
    ? "is on a path where guessing pays: add @Throttled('auth')"
    : undefined;

/** Whoever is sent away must arrive somewhere. @control B17.3 */
const namesASuccessorThatIsThere: CompletenessRule = ({ deprecation, method, path }, { addresses }) => {
  if (deprecation === undefined) return undefined;
  const successor = `${method} ${successorOf(path, deprecation)}`;
  return addresses.has(successor) && successor !== `${method} ${path}`
    ? undefined
    : `is deprecated in favour of ${successor}, which is no other route`;
};

export const completenessRules: readonly CompletenessRule[] = [
  declaresWhoMayCall,
  declaresWhatItReturns,
  returnsAViewWithFields,
  takesOnlyValidatedInput,
  staysInsideThePipeline,
  needsAPermissionThatSomebodyHas,
  asksNobodyForAProof,
  keepsFromThePublicWhatNeedsAPermission,
  explainsWhatIsSensitive,
  keepsColumnsOfPeopleFromThePublic,
  readsOnlyOnGet,
  limitsGuessing,
  namesASuccessorThatIsThere,
];

export function guardedViewsOf(routes: readonly RouteDeclaration[]): ReadonlySet<ViewClass> {
  const guarded = routes.filter(({ access }) => access.some(({ kind }) => kind === 'permission'));
  return new Set(guarded.flatMap(({ returns }) => viewsWithin(returns?.view)));
}

/** The view and those nested in it. */
function viewsWithin(view: unknown): ViewClass[] {
  if (!isClass(view)) return [];
  return [view, ...fieldsOf(view).flatMap((field) => viewsWithin(field.view ?? field.list))];
}

function hasGuardedField(view: ViewClass): boolean {
  return fieldsOf(view).some(({ requires }) => requires !== undefined);
}

function isFromClient({ source }: RouteInput): boolean {
  return source === 'body' || source === 'query' || source === 'param' || source === 'header';
}

function isClass(value: unknown): value is ViewClass {
  return typeof value === 'function';
}

function isValidatedClass(type: unknown): boolean {
  return isClass(type) && getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}
