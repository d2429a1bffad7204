import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type Level, type Logger } from 'pino';
import { flushLog, logDestination } from './log-destination.js';
import { redacted } from './redaction.js';
import { currentRequest } from './request-context.js';
import type { TelemetryConfig } from './telemetry.config.js';

/** Nest's own start-up chatter: of use to who debugs the wiring, noise to everybody else. */
const FRAMEWORK_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * One JSON line per event, UTC, with the request id. Values are JSON strings, so CR, LF and escape sequences
 * of an input cannot forge a line (CWE-117). @control A6.1 A6.3
 */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: TelemetryConfig) {
    const level = config.values.LOG_LEVEL;
    this.pino = pino({ level, timestamp: stdTimeFunctions.isoTime, base: null, mixin: requestFacts }, logDestination);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK_CONTEXTS.has(contextOf(rest)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    this.pino[level](lineOf(message, rest));
    // What goes well with a request waits a moment, as its access line does. Trouble does not.
    if (level !== 'info' || currentRequest() === undefined) flushLog();
  }
}

function lineOf(message: unknown, rest: readonly unknown[]): Record<string, unknown> {
  const context = contextOf(rest);
  if (message instanceof Error) return { context, err: redacted(message), msg: message.message };
  if (typeof message === 'object' && message !== null) return { context, ...entriesOf(redacted(message)) };
  return { context, stack: rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined, msg: String(message) };
}

/** A list is logged under the numbers of its entries. */
function entriesOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : { value };
}

function requestFacts(): object {
  const request = currentRequest();
  return { requestId: request?.requestId, traceId: request?.traceId };
}

/** Nest hands the context over as the last argument. */
function contextOf(rest: readonly unknown[]): string {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : '';
}
