import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openScopes } from '../../../src/features/api-keys/api-keys.policy.js';
import { highestOf } from '../../../src/platform/data-classes/index.js';
import type { RouteDeclaration } from '../../../src/platform/pipeline/route-declaration.js';
import { classOfField } from '../../../src/platform/serialization/index.js';
import { viewsOf as viewsWithin } from '../../support/declared-fields.ts';
import { page, table } from './markdown.ts';

const HEAD = `# Routes

Every route that the modules of src/app.module.ts declare, as their decorators say it. Generated: \`npm run docs:generate\`;
\`npm run routes\` checks and prints it. Who gets what is in [access-matrix.md](access-matrix.md).

- access: \`public\`; \`own\`, for whoever has signed in and about nothing but their own; or the permission that it takes.
- audience: whom the route is for. Programs call with an API key that has the permission as a scope.
- enrolment: open to people whose role needs a second factor that they do not have yet.
- step-up: asks for a proof of who the caller is that is at most five minutes old.
- throttle: class of the rate limit, [what it allows](recipes/rate-limits.md).
- data: the highest class of what the answer shows ([data-map.md](data-map.md)); \`internal\` where it shows no column.
- owner: the folder of the controller.

When a route was called last stands in the database: \`npm run routes:unused\`.

Outside this list the server answers \`/openapi.json\`, \`/.well-known/security.txt\` and, outside production, \`/docs\`.`;

/** The text of docs/routes.md. */
export function describeRoutes(routes: readonly RouteDeclaration[]): Promise<string> {
  const owners = ownersOfControllers();
  const rows = routes.map((route) => [
    route.method,
    `\`${route.path}\``,
    route.version ?? '-',
    accessOf(route),
    audienceOf(route),
    yes(route.access.some((rule) => rule.kind === 'authenticated' && rule.isForEnrolment)),
    yes(route.isStepUp),
    route.throttle,
    String(route.returns?.status),
    viewOf(route),
    dataClassOf(route),
    owners.get(route.controller) ?? 'unknown',
  ]);
  const head = [
    'method',
    'path',
    'version',
    'access',
    'audience',
    'enrolment',
    'step-up',
    'throttle',
    'status',
    'view',
    'data',
    'owner',
  ];
  return page([HEAD, table(head, rows)]);
}

/** Nest knows the classes, and not where they come from. */
export function ownersOfControllers(): Map<string, string> {
  return new Map(
    globSync('src/**/*.controller.ts').flatMap((file) => {
      const classes = readFileSync(file, 'utf8').matchAll(/^export class (\w+)/gm);
      return [...classes].map(([, name = '']): [string, string] => [name, dirname(file).replace(/^src\//, '')]);
    }),
  );
}

function accessOf({ access: [rule] }: RouteDeclaration): string {
  if (rule?.kind === 'permission') return `\`${rule.permission}\``;
  return rule?.kind === 'public' ? 'public' : 'own';
}

function audienceOf({ access: [rule], isStepUp }: RouteDeclaration): string {
  if (rule?.kind === 'public') return 'anybody';
  const isForPrograms = rule?.kind === 'permission' && openScopes.includes(rule.permission) && !isStepUp;
  return isForPrograms ? 'people, programs' : 'people';
}

function viewOf({ returns }: RouteDeclaration): string {
  return typeof returns?.view === 'function' ? returns.view.name : '-';
}

function dataClassOf(route: RouteDeclaration): string {
  const fields = viewsWithin([route]).flatMap(({ view, fields: own }) => own.map((field) => classOfField(view, field)));
  return fields.length === 0 ? '-' : highestOf(fields.map((dataClass) => dataClass ?? 'internal'));
}

function yes(is: boolean): string {
  return is ? 'yes' : '-';
}
