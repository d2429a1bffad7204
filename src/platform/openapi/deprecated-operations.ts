import type { OpenAPIObject } from '@nestjs/swagger';
import type { Deprecation } from '../lifecycle/index.js';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly deprecation?: Deprecation | undefined;
}

/** Generated clients warn whoever still calls these. @control B17.3 */
export function markDeprecated(document: OpenAPIObject, routes: readonly Route[]): void {
  for (const { method, path, deprecation } of routes) {
    const item = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')];
    if (deprecation === undefined || item === undefined) continue;
    const operation = { GET: item.get, POST: item.post, PATCH: item.patch, DELETE: item.delete }[method];
    // A verb that is not marked would promise clients that it stays (fails the description).
    if (operation === undefined) throw new Error(`${method} ${path} is deprecated and not described`);
    operation.deprecated = true;
  }
}
