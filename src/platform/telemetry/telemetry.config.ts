import { z } from 'zod';
import { configSlice } from '../config/index.js';

export class TelemetryConfig extends configSlice('Telemetry', {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is written.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Collector of traces (OTLP over HTTP): https://host:4318. Production refuses http. Default: no traces.'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the requests that are traced.'),
  OTEL_SERVICE_NAME: z.string().min(1).default('rampart').describe('Name of this service in traces.'),
}) {
  static override productionProblems({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: TelemetryConfig['values']) {
    return endpoint?.startsWith('http:') === true
      ? ['OTEL_EXPORTER_OTLP_ENDPOINT: production sends traces over https alone']
      : [];
  }
}
