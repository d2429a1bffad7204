import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { roles, type Role } from '../../src/roles.js';

/** Every route of the application but the public ones, as it declares itself. */
export function protectedRoutes(app: NestFastifyApplication): RouteDeclaration[] {
  return app
    .get(CompletenessCheck)
    .routes()
    .filter(({ access }) => access[0]?.kind !== 'public');
}

/** An address that the router takes for this route; there is nothing behind the ids. */
export function urlOf({ path }: RouteDeclaration): string {
  return path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
}

/** A role that passes the access rule of the route. */
export function roleFor({ access: [rule], label }: RouteDeclaration): Role {
  const names = Object.keys(roles) as Role[];
  const role = names.find(
    (name) => rule?.kind === 'authenticated' || (rule?.kind === 'permission' && has(name, rule.permission)),
  );
  if (role === undefined) throw new Error(`no role may call ${label}`);
  return role;
}

function has(role: Role, permission: string): boolean {
  const granted: readonly string[] = roles[role].permissions;
  return granted.includes(permission);
}
