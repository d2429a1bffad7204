import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { ThrottleCounters } from '../../src/platform/throttling/index.js';
import { examples, type Example } from './access-examples.ts';
import { objects, type Clinic } from './access-world.ts';
import type { SignedIn } from './organization.ts';

export const nameOf = ({ method, path }: RouteDeclaration): string => `${method} ${path}`;
export const exampleOf = (route: RouteDeclaration): Example => examples[nameOf(route)] ?? {};

interface Facts {
  readonly clinic: Clinic;
  /** Whose objects and bodies are sent. */
  readonly person: SignedIn;
  /** Instead of the object of the example. */
  readonly id?: string | undefined;
}

/** A right request to this route, with what it needs made for it. */
export async function exampleCall(route: RouteDeclaration, { clinic, person, id }: Facts) {
  const { object, parameter, body, headers = {} } = exampleOf(route);
  const target = id ?? (object === undefined ? parameter : await objects[object](clinic, person));
  const url = target === undefined ? route.path : route.path.replace(/:\w+/, target);
  return { method: route.method, url, headers, body: await body?.(person, clinic) };
}

/** For tests in which it is not the question how often somebody may ask: every request is the first of its minute. */
export function countEachRequestAlone(app: NestFastifyApplication): void {
  const counters = app.get(ThrottleCounters);
  const count = counters.increment.bind(counters);
  vi.spyOn(counters, 'increment').mockImplementation((key, ...rest) => count(`${key}:${randomUUID()}`, ...rest));
}
