import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenSpan } from './open-span.js';

/** Who is calling, as far as it concerns what is written down about a request. */
interface Caller {
  readonly kind: 'user' | 'api-key' | 'client';
  readonly id: string;
  readonly organizationId: string;
  readonly sessionId?: string;
}

/** What belongs to the request at hand, for code that is far from it: the log above all. */
export interface RequestContext {
  readonly requestId: string;
  /** The caller's trace when it names one (W3C Trace Context), else one of our own. */
  readonly traceId?: string | undefined;
  /** Of the request, while spans are recorded. */
  readonly span?: OpenSpan | undefined;
  /** Client address, as TRUSTED_PROXIES derives it. */
  readonly ip?: string;
  /** Template of the route, `/v1/patients/:id`; undefined when there is none. */
  readonly route?: string | undefined;
  /** Once there is one. */
  readonly actor?: Caller | undefined;
  /** Of the actor. */
  readonly organizationId?: string | undefined;
  /** It took too long and was answered without what it does: what it would begin now, nobody hears of. */
  readonly isOver?: boolean;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInRequestContext(context: RequestContext, proceed: () => void): void {
  storage.run(context, proceed);
}

/** Undefined outside of a request: at start-up, in jobs, in timers. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
