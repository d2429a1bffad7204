import { AppError } from '../../platform/errors/index.js';
import type { RefusalReason } from './organizations.policy.js';

/** The organization would be left without an owner. */
class LastOwner extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'last-owner' } });
  }
}

/** The route was open to the caller, and this change is not: they have just lost their role, or reach for one. */
class MemberChangeRefused extends AppError {
  constructor(reason: RefusalReason) {
    super('forbidden', { context: { event: 'authz_fail', reason } });
  }
}

export function refusalOf(reason: RefusalReason): AppError {
  return reason === 'last-owner' ? new LastOwner() : new MemberChangeRefused(reason);
}
