import { AppError } from '../../platform/errors/index.js';

/** Somebody asked for a key that may do more than they. */
export class ScopeNotHeld extends AppError {
  constructor(scope: string) {
    super('forbidden', { context: { event: 'authz_fail', reason: 'scope-not-held', scope } });
  }
}

/** The key has ended, is suspended, or has a successor already. */
export class KeyNotRotatable extends AppError {
  constructor(reason: string) {
    super('conflict', { context: { reason } });
  }
}
