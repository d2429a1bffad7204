import type { FastifyRequest } from 'fastify';
import type { AppError } from './app-error.js';

/** Hears of every refusal, after it has been decided and before it is sent. A port: what it makes of it is its own. */
export abstract class RefusalObserver {
  /** Never throws, never waits. */
  abstract observe(error: AppError, request: FastifyRequest): void;
}
