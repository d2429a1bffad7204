import type { Switch } from './switch.ts';

const ADDRESS = 'src/platform/throttling/address-throttle.ts';
const PRINCIPAL = 'src/platform/throttling/principal-throttle.guard.ts';
const COUNTERS = 'src/platform/throttling/throttle-counters.ts';
const HOOKS = 'src/platform/pipeline/server-hooks.ts';
const FLOOD: readonly string[] = ['test/attacks/request-flood.test.ts'];
const SHARED = ['test/e2e/shared-limits.test.ts'];
const RESOURCES = ['test/e2e/resource-limits.test.ts'];

/** How much somebody may ask for, and how long anything may take. */
export const load: readonly Switch[] = [
  {
    control: 'load: unknown paths have a budget',
    ids: 'B6.6',
    file: ADDRESS,
    search: "if (request.is404 || request.method === 'OPTIONS') await this.charge(request, reply, 'unrouted');",
    tests: FLOOD,
  },
  {
    control: 'load: an address of IPv6 is its /64',
    ids: 'B6.1',
    file: ADDRESS,
    search: 'v6: 64',
    replace: 'v6: 128',
    tests: FLOOD,
  },
  {
    control: 'load: a mapped address is the address',
    ids: 'B6.1 B6.6',
    file: ADDRESS,
    search: 'if (isIPv4(plain)) return `${plain}/${WIDTHS.v4}`;',
    replace: 'if (isIPv4(plain)) return ip;',
    tests: FLOOD,
  },
  {
    control: 'load: budgets by caller',
    ids: 'B6.1',
    file: 'src/platform/pipeline/pipeline.module.ts',
    search: '{ provide: APP_GUARD, useClass: PrincipalThrottle },',
    tests: FLOOD,
  },
  {
    control: 'load: budgets by organization',
    ids: 'B6.1',
    file: PRINCIPAL,
    search:
      "await this.quotas.spend(reply, { holder: 'organization', id: organizationId, budgetClass, budget: shared });",
    tests: FLOOD,
  },
  {
    control: 'load: tier of a key',
    ids: 'B6.1',
    file: 'src/features/api-keys/cached-api-keys.ts',
    search: 'rateTier: tierOf(facts.rateTier)',
    replace: "rateTier: tierOf('')",
    tests: FLOOD,
  },
  {
    control: 'load: emergencies are few',
    ids: 'B6.1',
    file: 'src/clinic/records/break-glass.controller.ts',
    search: "@Throttled('expensive')",
    replace: "@Throttled('read')",
    tests: FLOOD,
  },
  {
    control: 'load: limits of sign-in are never scaled',
    ids: 'B6.1',
    file: 'src/platform/throttling/budgets.ts',
    search: "budgetClass === 'auth' ? budget : Math.max",
    replace: 'budgetClass.length === 0 ? budget : Math.max',
    tests: ['src/platform/throttling/budgets.spec.ts'],
  },
  {
    control: 'load: a strict class where guessing pays',
    ids: 'B6.1',
    file: 'src/platform/pipeline/completeness.rules.ts',
    search: '  limitsGuessing,\n',
    tests: ['test/e2e/completeness.test.ts'],
  },
  {
    control: 'load: what is left is said',
    ids: 'B6.3',
    file: 'src/platform/throttling/quotas.ts',
    search: "append(reply, 'ratelimit', ",
    replace: "append(reply, 'x-ratelimit', ",
    tests: FLOOD,
  },
  {
    control: 'load: counters are shared',
    ids: 'B6.2',
    file: COUNTERS,
    search: 'if (this.redis === undefined) return',
    replace: 'if (key.length > 0) return',
    tests: SHARED,
  },
  {
    control: 'load: sign-in is closed while the counters are away',
    ids: 'B6.4 A7.2',
    file: COUNTERS,
    search: "if (budgetClass === 'auth') throw new CountersUnavailable();",
    tests: SHARED,
  },
  {
    control: 'load: instances without shared counters are refused',
    ids: 'B6.2',
    file: 'src/platform/throttling/throttling.config.ts',
    search: 'INSTANCES > 1 && REDIS_URL === undefined',
    replace: 'INSTANCES > 9999 && REDIS_URL === undefined',
    tests: ['src/config.spec.ts'],
  },
  {
    control: 'load: a queue before the pool that ends',
    ids: 'B6.5',
    file: 'src/platform/database/scoped-pool.ts',
    search: 'this.waitingCount >= this.maxWaiting',
    replace: 'this.waitingCount >= this.maxWaiting * 1e9',
    tests: RESOURCES,
  },
  {
    control: 'load: nothing is changed after the deadline',
    ids: 'B6.5',
    file: HOOKS,
    search: 'return isOverdue(this.request);',
    replace: 'return false;',
    tests: RESOURCES,
  },
  {
    control: 'load: deadline of a request',
    ids: 'B6.5',
    file: HOOKS,
    search: 'installDeadline(server, config.values.REQUEST_DEADLINE_MS);',
    replace: 'void installDeadline;',
    tests: RESOURCES,
  },
  {
    control: 'load: slow clients are looked for every second',
    ids: 'A12.5',
    file: 'src/platform/pipeline/server.ts',
    search: 'connectionsCheckingInterval: LIMITS.checkMs,',
    tests: ['test/attacks/slow-clients.test.ts'],
  },
  {
    control: 'load: lists end',
    ids: 'A3.2',
    file: 'src/platform/validation/validation.pipe.ts',
    search: 'value.length > MAX_ITEMS',
    replace: 'value.length > MAX_ITEMS * 1e9',
    tests: ['src/platform/validation/validation.pipe.spec.ts'],
  },
];
