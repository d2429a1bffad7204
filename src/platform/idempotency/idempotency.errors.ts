import { AppError } from '../errors/index.js';

/** The first request with this key has not been answered yet. */
export class IdempotencyKeyInUse extends AppError {
  constructor() {
    super('idempotency-key-in-use', { headers: { 'retry-after': '1' } });
  }
}

/** The key was used for another request, or by a caller whose permissions have changed since. */
export class IdempotencyKeyReused extends AppError {
  constructor() {
    super('idempotency-key-reused');
  }
}

/** The key is empty, longer than 255 characters, or not of visible ASCII. Two headers arrive as one, with a space in it. */
export class IdempotencyKeyMalformed extends AppError {
  constructor() {
    super('malformed-request', { context: { reason: 'idempotency-key' } });
  }
}
