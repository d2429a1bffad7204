import type { OpenSpan, SpanAttributes } from './open-span.js';
import { currentRequest } from './request-context.js';
import { parseTraceparent } from './trace-context.js';

export interface SpanStart {
  readonly kind: 'server' | 'client';
  readonly name: string;
  readonly attributes?: SpanAttributes;
  readonly parent?: OpenSpan | undefined;
  /** What a caller says this belongs to. */
  readonly link?: { readonly traceId: string; readonly parentId: string } | undefined;
}

export interface SpanRecorder {
  begin(start: SpanStart): OpenSpan;
}

/** One for the whole process, as the log is. Undefined unless tracing is configured. */
let recorder: SpanRecorder | undefined;

export function recordSpansWith(next: SpanRecorder | undefined): void {
  recorder = next;
}

/** Decided before the application is made, and not after. */
export function isTracing(): boolean {
  return recorder !== undefined;
}

/**
 * The root of what happens for a request. The trace that a caller names is a link and no parent: a stranger could otherwise hang
 * spans into the traces of others and decide what is kept (docs/adr/0039-tracing.md). @control A6.3
 */
export function beginServerSpan(method: string, traceparent: unknown): OpenSpan | undefined {
  return recorder?.begin({ kind: 'server', name: method, link: parseTraceparent(traceparent) });
}

/** What is asked of somebody else, below the request at hand. */
export async function inClientSpan<T>(name: string, attributes: SpanAttributes, ask: () => Promise<T>): Promise<T> {
  if (recorder === undefined) return ask();
  const span = recorder.begin({ kind: 'client', name, attributes, parent: currentRequest()?.span });
  try {
    const answer = await ask();
    span.end({});
    return answer;
  } catch (error) {
    // Its message may quote a row or an address.
    span.end({ failure: error instanceof Error ? error.name : 'Error' });
    throw error;
  }
}
