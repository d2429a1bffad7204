import type { RouteDeclaration } from '../../../src/platform/pipeline/route-declaration.js';
import { roles, type Role } from '../../../src/roles.js';
import { bodyFieldRules, isOpenTo, reachOf, roleNames, viewsOf } from '../../support/declared-fields.ts';
import { page, table } from './markdown.ts';

const HEAD = `# Who sees and sets which field

Generated from the views, the bodies and [src/roles.ts](../src/roles.ts): \`npm run docs:generate\`. That the server does what
stands here, test/e2e/field-matrix.test.ts asks it.

- shown: as it is. masked: a part, as the mask of the field leaves it. absent: neither the value nor the name.
- reveal: shown on one row to whoever asks with \`?reveal=\`, after a fresh proof of who they are, and recorded.
- \`-\`: no route that answers with this view is open to the role. Which rows it reaches: the \`x.policy.ts\` of the feature.
- A credential with fewer permissions than its role sees less: what a permission in the last column is needed for is masked or
  absent without it. \`?fields=\` only takes away.`;

const BODIES = `## What not everybody may set

Every other field of a body may be set by whoever may call the route. What a body does not list, nobody may set.`;

/** The text of docs/field-access.md. */
export function describeFields(routes: readonly RouteDeclaration[]): Promise<string> {
  const sections = viewsOf(routes).flatMap(({ view, fields }) => [
    `## ${view.name}`,
    table(
      ['field', 'nobody', ...roleNames, 'requires'],
      fields.map((field) => [
        `\`${field.name}\``,
        reachOf(routes, view, field, undefined),
        ...roleNames.map(
          (role) => `${reachOf(routes, view, field, role)}${mayReveal(role, field.revealedBy) ? ', reveal' : ''}`,
        ),
        field.requires === undefined ? '' : `\`${field.requires}\``,
      ]),
    ),
  ]);
  return page([HEAD, BODIES, bodyTable(routes), ...sections]);
}

function mayReveal(role: Role, permission: string | undefined): boolean {
  const granted: readonly string[] = roles[role].permissions;
  return permission !== undefined && granted.includes(permission);
}

function bodyTable(routes: readonly RouteDeclaration[]): string {
  const rows = bodyFieldRules(routes).map(({ route, name, requires }) => [
    `${route.method} \`${route.path}\``,
    `\`${name}\``,
    ...roleNames.map((role) => {
      const granted: readonly string[] = roles[role].permissions;
      return isOpenTo(route, role) && granted.includes(requires) ? 'yes' : '-';
    }),
    `\`${requires}\``,
  ]);
  return table(['route', 'field', ...roleNames, 'requires'], rows);
}
