import type { OpenAPIObject } from '@nestjs/swagger';
import type { RouteDeclaration } from '../pipeline/index.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

/** A route as its decorators declare it, and what the description says of it. */
export interface DescribedOperation {
  readonly route: RouteDeclaration;
  readonly operation: Operation;
}

/** Throws where a route is not described: what is said of every operation must not miss one. */
export function describedOperations(
  document: OpenAPIObject,
  routes: readonly RouteDeclaration[],
): readonly DescribedOperation[] {
  return routes.map((route) => {
    const item = document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')];
    const operation = item && { GET: item.get, POST: item.post, PATCH: item.patch, DELETE: item.delete }[route.method];
    if (operation === undefined) throw new Error(`${route.label} is not described`);
    return { route, operation };
  });
}

export function isPublic({ access }: RouteDeclaration): boolean {
  return access[0]?.kind === 'public';
}

/** What has an `Idempotency-Key`: it creates, for callers who are somebody (platform/idempotency). */
export function isIdempotent(route: RouteDeclaration): boolean {
  const status = route.returns?.status;
  return route.method === 'POST' && !isPublic(route) && (status === 201 || status === 202);
}

export function hasParameter({ parameters = [] }: Operation, wanted: string): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === wanted);
}
