import { Injectable } from '@nestjs/common';
import type { FastifyInstance, RouteOptions } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

/** Methods that a resource may know. Anything else is refused by Node's parser or by the router. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly HTTPMethod[];

/**
 * Knows which methods each path answers to, so that a known path with another method is a 405 with `Allow`
 * (RFC 9110 §15.5.6) and not a 404. Fed by Fastify's own route table, so it cannot disagree with it. @control B18.2
 */
@Injectable()
export class AllowedMethods {
  private readonly router = findMyWay();

  /** Must be called before the routes are registered. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', (route) => this.add(route));
  }

  of(url: string): string[] {
    const path = url.split('?', 1)[0] ?? url;
    return METHODS.filter((method) => this.knows(method, path));
  }

  /** An empty parameter is no match: the server does not route `/patients/` to `/patients/:id` either. */
  private knows(method: HTTPMethod, path: string): boolean {
    const found = this.router.find(method, path);
    return found !== null && !Object.values(found.params).includes('');
  }

  private add(route: RouteOptions): void {
    for (const method of METHODS) {
      const declared = Array.isArray(route.method) ? route.method.includes(method) : route.method === method;
      if (declared && !this.router.hasRoute(method, route.url)) this.router.on(method, route.url, () => undefined);
    }
  }
}
