import type { Permission } from '../../src/platform/access/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { fieldsOf, type ViewClass } from '../../src/platform/serialization/index.js';
import { accessTo } from '../../src/platform/serialization/visible-fields.js';
import { settableRulesOf } from '../../src/platform/validation/settable-fields.js';
import { roles, type Role } from '../../src/roles.js';

type FieldDeclaration = ReturnType<typeof fieldsOf>[number];

export const roleNames = Object.keys(roles) as Role[];

/** A view and those that it nests. */
function withNested(view: ViewClass): ViewClass[] {
  const nested = fieldsOf(view).flatMap(({ view: one, list }) => [one, list].filter((inner) => inner !== undefined));
  return [view, ...nested.flatMap(withNested)];
}

const viewsOfRoute = ({ returns }: RouteDeclaration): ViewClass[] =>
  returns?.view === undefined ? [] : withNested(returns.view as ViewClass);

/** Every view that some route answers with, by name. */
export function viewsOf(routes: readonly RouteDeclaration[]) {
  const views = [...new Set(routes.flatMap(viewsOfRoute))].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return views.map((view) => ({ view, fields: fieldsOf(view) }));
}

/** Whether the access rule of the route lets the role in; without a role: nobody in particular. */
export function isOpenTo({ access: [rule] }: RouteDeclaration, role: Role | undefined): boolean {
  if (rule?.kind === 'public' || role === undefined) return rule?.kind === 'public';
  const granted: readonly string[] = roles[role].permissions;
  return rule?.kind === 'authenticated' || (rule !== undefined && granted.includes(rule.permission));
}

/** What a role sees of a field of a view, or `-` when no route would answer it with that view. */
export function reachOf(
  routes: readonly RouteDeclaration[],
  view: ViewClass,
  field: FieldDeclaration,
  role: Role | undefined,
): 'shown' | 'masked' | 'absent' | '-' {
  const permissions = new Set<Permission>(role === undefined ? [] : roles[role].permissions);
  const isReached = routes.some((route) => isOpenTo(route, role) && viewsOfRoute(route).includes(view));
  return isReached ? accessTo(field, permissions) : '-';
}

/** The class of the body that a route takes. */
export function bodyOf({ inputs }: RouteDeclaration): (new () => object) | undefined {
  return inputs.find(({ source }) => source === 'body')?.type as (new () => object) | undefined;
}

/** The fields of bodies that take a permission to set. */
export function bodyFieldRules(routes: readonly RouteDeclaration[]) {
  return routes.flatMap((route) => {
    const body = bodyOf(route);
    return (body === undefined ? [] : settableRulesOf(body)).flatMap(({ name, requires }) =>
      requires === undefined ? [] : [{ route, name, requires }],
    );
  });
}
