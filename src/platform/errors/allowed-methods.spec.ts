import type { FastifyInstance, RouteOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { AllowedMethods } from './allowed-methods.js';

function knowing(...routes: [method: string | string[], url: string][]): AllowedMethods {
  const allowed = new AllowedMethods();
  let onRoute: ((route: RouteOptions) => void) | undefined;
  const server = { addHook: (_name: string, hook: typeof onRoute) => (onRoute = hook) };
  allowed.watch(server as unknown as FastifyInstance);
  for (const [method, url] of routes) onRoute?.({ method, url } as RouteOptions);
  return allowed;
}

const allowed = knowing(
  ['GET', '/v1/shelves'],
  [['HEAD'], '/v1/shelves'],
  ['POST', '/v1/shelves'],
  ['GET', '/v1/shelves/:id'],
  ['DELETE', '/v1/shelves/:id'],
  ['OPTIONS', '*'],
);

describe('the methods of a path', () => {
  it.each([
    ['/v1/shelves', ['GET', 'HEAD', 'POST']],
    ['/v1/shelves?limit=1', ['GET', 'HEAD', 'POST']],
    ['/v1/shelves/7', ['GET', 'DELETE']],
    ['/v1/shelves/a%2Fb', ['GET', 'DELETE']],
  ])('B18.2 of %s are those that the server routes', (url, methods) => {
    expect(allowed.of(url)).toEqual(methods);
  });

  it.each(['/', '', '/v1/other', '/V1/shelves', '/v1/shelves/7/8', '/v1/shelves%00', '//v1/shelves', '/v1/%zz', '*'])(
    'B18.2 of "%s" are none',
    (url) => {
      expect(allowed.of(url)).toEqual([]);
    },
  );

  it('may be told of the same route twice', () => {
    expect(knowing(['GET', '/a'], ['GET', '/a'], [['GET', 'POST'], '/a']).of('/a')).toEqual(['GET', 'POST']);
  });
});
