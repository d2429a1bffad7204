import { AsyncLocalStorage } from 'node:async_hooks';

/** What belongs to the request at hand, for code that is far from it: the log above all. */
export interface RequestContext {
  readonly requestId: string;
  /** The caller's trace when it names one (W3C Trace Context), else one of our own. */
  readonly traceId?: string | undefined;
  /** Of the actor, once there is one. */
  readonly organizationId?: string | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInRequestContext(context: RequestContext, proceed: () => void): void {
  storage.run(context, proceed);
}

/** Undefined outside of a request: at start-up, in jobs, in timers. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
