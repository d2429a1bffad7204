import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * The steps of GET /v1/patients/:id, and how to pass by each one. It is done from the outside and only in a process of the
 * bench (variant.ts): before the compiled application starts, each step is wrapped so that it can be switched off and on again
 * while it runs. The product has no such switch. A step that is not there any more throws, so that nothing is measured in silence.
 */
export interface Step {
  readonly name: string;
  readonly title: string;
  /** What stands in for a step that the route cannot do without. */
  readonly standIn?: string;
  wrap(isOff: () => boolean): Promise<void>;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

const dist = join(import.meta.dirname, '../../dist/src');

export async function built<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(dist, path)).href)) as Module;
}

const changed = (what: string): Error => new Error(`${what}: the pipeline has changed, adapt test/bench/steps.ts`);

/** While the step is off, calls of the method go to what `bypass` makes of it. */
function wrapMethod(
  owner: abstract new (...args: never[]) => unknown,
  name: string,
  isOff: () => boolean,
  bypass: (original: Method) => Method,
): void {
  const prototype = owner.prototype as object;
  const original = Reflect.get(prototype, name) as Method | undefined;
  if (original === undefined) throw changed(`${owner.name} has no ${name}()`);
  const instead = bypass(original);
  const value = function (this: unknown, ...args: unknown[]) {
    return isOff() ? instead.apply(this, args) : original.apply(this, args);
  };
  Object.defineProperty(prototype, name, { value });
}

/** The hooks before Nest: by the name of the function, or by the file that installs it. */
const hooks: WrappedHook[] = [];

interface WrappedHook {
  readonly isMeant: (hook: Method) => boolean;
  readonly isOff: () => boolean;
  readonly bypass: (hook: Method) => Method;
  readonly what: string;
  found: number;
}

type Mark = { readonly name: string } | { readonly installedBy: string };

/** What a hook does when it does nothing. */
const passOn: Method = (_request, _reply, done) => (done as () => void)();

async function wrapHook(mark: Mark, isOff: () => boolean, bypass = (_hook: Method): Method => passOn): Promise<void> {
  const isMeant = (hook: Method) => ('name' in mark ? hook.name === mark.name : stack().includes(mark.installedBy));
  hooks.push({ isMeant, isOff, bypass, what: Object.values(mark).join(), found: 0 });
  if (hooks.length > 1) return;
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const getInstance = Reflect.get(FastifyAdapter.prototype, 'getInstance') as Method;
  const value = function (this: unknown) {
    const server = getInstance.call(this) as { addHook: Method };
    if (!Object.hasOwn(server, WATCHED)) watchHooks(server);
    return server;
  };
  Object.defineProperty(FastifyAdapter.prototype, 'getInstance', { value });
}

const WATCHED = Symbol('watched');
const stack = (): string => new Error('where').stack ?? '';

function watchHooks(server: { addHook: Method }): void {
  const { addHook } = server;
  Object.defineProperty(server, WATCHED, { value: true });
  server.addHook = function (this: unknown, event: unknown, hook: unknown) {
    const entry = event === 'onRequest' ? hooks.find(({ isMeant }) => isMeant(hook as Method)) : undefined;
    if (entry === undefined) return addHook.call(this, event, hook);
    entry.found += 1;
    const instead = entry.bypass(hook as Method);
    return addHook.call(
      this,
      event,
      (...args: unknown[]) => void (entry.isOff() ? instead : (hook as Method))(...args),
    );
  };
}

/** Once the application is there. */
export function refuseMissingHooks(): void {
  for (const { what, found } of hooks) if (found !== 1) throw changed(`${found} hooks of ${what}`);
}

/** Answers with what the first call gave, when it gave something. */
function remembering(original: Method): Method {
  let known: unknown;
  return function (this: unknown, ...args: unknown[]) {
    if (known !== undefined) return known;
    const result: unknown = original.apply(this, args);
    if (!(result instanceof Promise)) return (known = result);
    return result.then((value: unknown) => (known = value));
  };
}

/** The actor of the first request is the caller of all later ones. */
function fixedActor(original: Method): Method {
  let actor: FastifyRequest['actor'];
  return function (this: unknown, ...args: unknown[]) {
    const [context] = args;
    const request = (context as ExecutionContext).switchToHttp().getRequest<FastifyRequest>();
    if (actor !== undefined) {
      request.actor = actor;
      return true;
    }
    return Promise.resolve(original.apply(this, args)).then((allowed) => {
      actor = request.actor;
      return allowed;
    });
  };
}

const access = () => built<typeof import('../../src/platform/access/index.js')>('platform/access/index.js');

export const steps: readonly Step[] = [
  {
    name: 'request-context',
    title: 'request id and context',
    standIn: 'the first context',
    wrap: async (isOff) => {
      const telemetry =
        await built<typeof import('../../src/platform/telemetry/index.js')>('platform/telemetry/index.js');
      // Without any, there would be no organization whose rows could be seen.
      await wrapHook({ name: 'openRequestContext' }, isOff, (open) => {
        let first: ReturnType<typeof telemetry.currentRequest>;
        return (request, reply, done) => {
          if (first?.actor !== undefined) return telemetry.runInRequestContext(first, done as () => void);
          return open(request, reply, () => {
            first = telemetry.currentRequest();
            (done as () => void)();
          });
        };
      });
    },
  },
  { name: 'deadline', title: 'deadline', wrap: (isOff) => wrapHook({ name: 'beginDeadline' }, isOff) },
  {
    name: 'security-headers',
    title: 'security headers',
    wrap: (isOff) => wrapHook({ installedBy: 'security-headers.js' }, isOff),
  },
  {
    name: 'observation',
    title: 'metrics and access log',
    wrap: async (isOff) => {
      const { RequestObserver } =
        await built<typeof import('../../src/platform/telemetry/index.js')>('platform/telemetry/index.js');
      wrapMethod(RequestObserver, 'observe', isOff, () => () => undefined);
    },
  },
  { name: 'cors', title: 'CORS', wrap: (isOff) => wrapHook({ name: 'handleCors' }, isOff) },
  {
    name: 'address-throttle',
    title: 'limit by address',
    wrap: async (isOff) => {
      const path = 'platform/throttling/address-throttle.js';
      const { AddressThrottle } = await built<typeof import('../../src/platform/throttling/address-throttle.js')>(path);
      wrapMethod(AddressThrottle, 'charge', isOff, () => () => undefined);
    },
  },
  {
    name: 'address-measures',
    title: 'measures against the address and the caller',
    wrap: async (isOff) => {
      const { AddressMeasuresGuard, PrincipalMeasuresGuard } =
        await built<typeof import('../../src/platform/detection/index.js')>('platform/detection/index.js');
      for (const guard of [AddressMeasuresGuard, PrincipalMeasuresGuard])
        wrapMethod(guard, 'canActivate', isOff, () => () => true);
    },
  },
  {
    name: 'authentication',
    title: 'authentication',
    standIn: 'a fixed actor',
    wrap: async (isOff) => wrapMethod((await access()).AuthenticationGuard, 'canActivate', isOff, fixedActor),
  },
  {
    name: 'session-registry',
    title: 'session lookup',
    standIn: 'the first answer',
    wrap: async (isOff) => {
      const path = 'features/sessions/cached-session-registry.js';
      const sessions = await built<typeof import('../../src/features/sessions/cached-session-registry.js')>(path);
      wrapMethod(sessions.CachedSessionRegistry, 'find', isOff, remembering);
    },
  },
  {
    name: 'principal-throttle',
    title: 'limit by caller',
    wrap: async (isOff) => {
      const path = 'platform/throttling/index.js';
      const { PrincipalThrottle } = await built<typeof import('../../src/platform/throttling/index.js')>(path);
      wrapMethod(PrincipalThrottle, 'canActivate', isOff, () => () => true);
    },
  },
  {
    name: 'networks',
    title: 'network guard',
    wrap: async (isOff) => wrapMethod((await access()).NetworkGuard, 'canActivate', isOff, () => () => true),
  },
  {
    name: 'access',
    title: 'access guard',
    wrap: async (isOff) => wrapMethod((await access()).AccessGuard, 'canActivate', isOff, () => () => true),
  },
  {
    name: 'interceptors',
    title: 'all interceptors',
    wrap: async (isOff) => {
      const { InterceptorsConsumer } = await import('@nestjs/core/interceptors/interceptors-consumer.js');
      // Arguments: interceptors, args, instance, callback, next, type. As if there were none.
      const withoutAny: Method = function (this: unknown, ...args) {
        return (args[4] as () => unknown)();
      };
      wrapMethod(InterceptorsConsumer, 'intercept', isOff, () => withoutAny);
    },
  },
  ...['lifecycle/LifecycleInterceptor', 'idempotency/IdempotencyInterceptor', 'preconditions/EntityTags'].map(
    (place) => {
      const [slice = '', name = ''] = place.split('/');
      return {
        name: slice,
        title: `${slice}, of these`,
        wrap: async (isOff: () => boolean) => {
          const classes = await built<Record<string, abstract new () => unknown>>(`platform/${slice}/index.js`);
          const owner = classes[name];
          if (owner === undefined) throw changed(`${slice} has no ${name}`);
          wrapMethod(owner, 'intercept', isOff, () => (_context, next) => (next as { handle: Method }).handle());
        },
      };
    },
  ),
  {
    name: 'views',
    title: 'view serializer, of these',
    wrap: async (isOff) => {
      const path = 'platform/serialization/index.js';
      const { ViewSerializer } = await built<typeof import('../../src/platform/serialization/index.js')>(path);
      wrapMethod(ViewSerializer, 'intercept', isOff, () => (_context, next) => (next as { handle: Method }).handle());
    },
  },
  {
    name: 'validation',
    title: 'validation pipe',
    wrap: async (isOff) => {
      const { ValidationPipe } = await import('@nestjs/common');
      wrapMethod(ValidationPipe, 'transform', isOff, () => (value) => value);
    },
  },
  {
    name: 'decryption',
    title: 'column decryption',
    standIn: 'the ciphertext',
    wrap: async (isOff) => {
      const { ColumnCipher } =
        await built<typeof import('../../src/platform/crypto/index.js')>('platform/crypto/index.js');
      wrapMethod(ColumnCipher, 'decrypt', isOff, () => (stored) => stored);
    },
  },
  {
    name: 'audit',
    title: 'audit of the read: trail, log, detection',
    wrap: async (isOff) => {
      const { SecurityEvents } =
        await built<typeof import('../../src/platform/audit/index.js')>('platform/audit/index.js');
      wrapMethod(SecurityEvents, 'record', isOff, () => () => Promise.resolve());
    },
  },
  {
    name: 'audit-trail',
    title: 'the trail, of this',
    wrap: async (isOff) => {
      const { EventWriter } = await built<typeof import('../../src/platform/audit/event-writer.js')>(
        'platform/audit/event-writer.js',
      );
      wrapMethod(EventWriter, 'write', isOff, () => () => Promise.resolve());
    },
  },
  {
    name: 'audit-log',
    title: 'log and detection, of this',
    wrap: async (isOff) => {
      const { SecurityEvents } =
        await built<typeof import('../../src/platform/audit/index.js')>('platform/audit/index.js');
      wrapMethod(SecurityEvents, 'announce', isOff, () => () => undefined);
    },
  },
  {
    name: 'database',
    title: 'the read, with decryption',
    standIn: 'the first row',
    wrap: async (isOff) => {
      const path = 'clinic/patients/patients.repository.js';
      const patients = await built<typeof import('../../src/clinic/patients/patients.repository.js')>(path);
      wrapMethod(patients.PatientsRepository, 'find', isOff, remembering);
    },
  },
  {
    name: 'verified-tokens',
    title: 'memory of signatures',
    standIn: 'ES256 on every request',
    wrap: async (isOff) => {
      const path = 'platform/access/verified-tokens.js';
      const { VerifiedTokens } = await built<typeof import('../../src/platform/access/verified-tokens.js')>(path);
      wrapMethod(VerifiedTokens, 'find', isOff, () => () => undefined);
    },
  },
];
