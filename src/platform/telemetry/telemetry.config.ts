import { z } from 'zod';
import { configSlice } from '../config/index.js';

export class TelemetryConfig extends configSlice('Telemetry', {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is written.'),
}) {}
