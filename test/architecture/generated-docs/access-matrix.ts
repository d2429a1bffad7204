import type { AccessRule } from '../../../src/platform/access/index.js';
import { openScopes } from '../../../src/features/api-keys/api-keys.policy.js';
import type { RouteDeclaration } from '../../../src/platform/pipeline/route-declaration.js';
import { roles, type Role } from '../../../src/roles.js';
import { page, table } from './markdown.ts';

const HEAD = `# Who may do what

Generated from [src/roles.ts](../src/roles.ts) and the decorators of the handlers: \`npm run docs:generate\`. That the server
does what stands here, test/e2e/access-matrix.test.ts asks it for every route and every caller.`;

const PERMISSIONS = `## Roles and permissions

A role whose second factor is required opens nothing but enrolment without one. Which rows a permission reaches is said by
the \`x.policy.ts\` of the feature, which fields by its views. A key can have what its maker has and the last column names.`;

const ROUTES = `## Roles and routes

- public: anybody, whatever they send as a credential.
- own: allowed, and about nothing but the caller's own.
- allowed: on what the caller may see. What they may not see is a 404, as if it did not exist.
- \`-\`: 401 for callers without a valid credential, 403 for the others.
- without factor: whoever has a role whose second factor is required, and none yet.
- step-up: besides, a proof of who the caller is that is at most five minutes old (401 otherwise); keys cannot give one.`;

const names = Object.keys(roles) as Role[];
const grants = (role: Role): readonly string[] => roles[role].permissions;

/** The text of docs/access-matrix.md. */
export function describeAccess(routes: readonly RouteDeclaration[]): Promise<string> {
  return page([HEAD, PERMISSIONS, permissionTable(), ROUTES, routeTable(routes)]);
}

function permissionTable(): string {
  const permissions = [...new Set(names.flatMap(grants))].toSorted();
  return table(
    ['', ...names, 'API key'],
    [
      ['second factor', ...names.map((name) => roles[name].secondFactor), 'never has one'],
      ...permissions.map((permission) => [
        `\`${permission}\``,
        ...names.map((name) => (grants(name).includes(permission) ? 'yes' : '-')),
        openScopes.includes(permission) ? 'as a scope' : '-',
      ]),
    ],
  );
}

function routeTable(routes: readonly RouteDeclaration[]): string {
  return table(
    ['route', 'nobody', ...names, 'without factor', 'API key with the scope', 'step-up'],
    routes.map((route) => [
      `${route.method} \`${route.path}\``,
      cell(route, () => false, false),
      ...names.map((name) => cell(route, (permission) => grants(name).includes(permission), true)),
      cell(route, () => false, isForEnrolment(route)),
      cell(route, (permission) => !route.isStepUp && openScopes.includes(permission), false),
      route.isStepUp ? 'yes' : '-',
    ]),
  );
}

function cell({ access }: RouteDeclaration, has: (permission: string) => boolean, isPerson: boolean): string {
  const rule: AccessRule | undefined = access[0];
  if (rule?.kind === 'public') return 'public';
  if (rule?.kind === 'authenticated') return isPerson ? 'own' : '-';
  return rule !== undefined && has(rule.permission) ? 'allowed' : '-';
}

function isForEnrolment({ access }: RouteDeclaration): boolean {
  return access.some((rule) => rule.kind === 'authenticated' && rule.isForEnrolment);
}
