/** W3C Trace Context §3.2: version, trace id, parent id, flags. A later version may carry more behind them. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * What a caller says this request belongs to. Undefined when the header is not well-formed: then the request begins a trace of
 * its own (§4.3). It names what is looked for in logs, and grants nothing.
 */
export function parseTraceparent(header: unknown): { readonly traceId: string; readonly parentId: string } | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, traceId, parentId, more] = TRACEPARENT.exec(header) ?? [];
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  return isId(traceId) && isId(parentId) ? { traceId, parentId } : undefined;
}

function isId(text: string | undefined): text is string {
  return text !== undefined && !/^0+$/.test(text);
}
