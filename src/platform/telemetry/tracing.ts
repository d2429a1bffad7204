import { isTracing, recordSpansWith, type SpanRecorder } from './spans.js';
import { currentRequest } from './request-context.js';
import type { OpenSpan } from './open-span.js';
import type { TelemetryConfig } from './telemetry.config.js';

/** A collector that is slow keeps neither requests nor a stop waiting. */
const EXPORT_TIMEOUT_MS = 3000;

/**
 * Sends spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, and answers how to stop it. Without one nothing of
 * OpenTelemetry is even loaded. To be called before the application is made.
 */
export async function startTracing({ values }: TelemetryConfig): Promise<(() => Promise<void>) | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio, OTEL_SERVICE_NAME: name } = values;
  if (endpoint === undefined || isTracing()) return undefined;
  const sdk = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const random = new sdk.RandomIdGenerator();
  const provider = new sdk.TracerProvider({
    // No detectors: they would tell of the host, its user and its command line.
    resource: resourceFromAttributes({ 'service.name': name }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(ratio) }),
    idGenerator: {
      // The request id, which clients get, finds the trace. It is random, and ours.
      generateTraceId: () => currentRequest()?.requestId.replaceAll('-', '') ?? random.generateTraceId(),
      generateSpanId: () => random.generateSpanId(),
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: EXPORT_TIMEOUT_MS }),
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  recordSpansWith(await recorderOf(provider.getTracer('rampart')));
  return async () => {
    recordSpansWith(undefined);
    // What could not be delivered was not needed to serve anybody.
    await provider.shutdown().catch(() => undefined);
  };
}

/** OTLP exporter specification: the path of the signal is appended to that of the endpoint. */
function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/$/, '')}/v1/traces`;
}

async function recorderOf(tracer: import('@opentelemetry/api').Tracer): Promise<SpanRecorder> {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } = await import('@opentelemetry/api');
  const contexts = new WeakMap<OpenSpan, typeof ROOT_CONTEXT>();
  return {
    begin({ kind, name, attributes = {}, parent, link }) {
      const links = link && [
        { context: { traceId: link.traceId, spanId: link.parentId, traceFlags: TraceFlags.NONE, isRemote: true } },
      ];
      const above = (parent && contexts.get(parent)) ?? ROOT_CONTEXT;
      const options = {
        kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
        attributes,
        ...(links && { links }),
      };
      const span = tracer.startSpan(name, options, above);
      const open: OpenSpan = {
        end({ name: last, attributes: more = {}, failure }) {
          if (last !== undefined) span.updateName(last);
          if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', failure);
          span.setAttributes(more).end();
        },
      };
      contexts.set(open, trace.setSpan(ROOT_CONTEXT, span));
      return open;
    },
  };
}
