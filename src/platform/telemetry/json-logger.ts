import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type Level, type Logger } from 'pino';
import { maskedNames } from '../data-classes/index.js';
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

/** Names under which secrets travel in requests and answers; the rest are names of columns, by their data class. */
const TRANSPORT_NAMES = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'challengeToken',
  'currentPassword',
  'newPassword',
  'recoveryCodes',
  'authorization',
  'cookie',
  'set-cookie',
];

/** What has one of these names does not reach a line, down to the third level of what is logged. @control A6.2 A11.2 */
const REDACTED_NAMES = [...new Set([...TRANSPORT_NAMES, ...maskedNames])];

/**
 * One JSON line per event, UTC, with the request id. Values are JSON strings, so CR, LF and escape sequences
 * of an input cannot forge a line (CWE-117). @control A6.1 A6.3
 */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: TelemetryConfig) {
    this.pino = pino({
      level: config.values.LOG_LEVEL,
      timestamp: stdTimeFunctions.isoTime,
      base: null,
      mixin: () => ({ requestId: currentRequest()?.requestId }),
      redact: {
        paths: REDACTED_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[REDACTED]',
      },
    });
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
    const context = contextOf(rest);
    if (message instanceof Error) return this.pino[level]({ context, err: message }, message.message);
    if (typeof message === 'object' && message !== null) return this.pino[level]({ context, ...message });
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    return this.pino[level]({ context, stack }, String(message));
  }
}

/** Nest hands the context over as the last argument. */
function contextOf(rest: readonly unknown[]): string {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : '';
}
