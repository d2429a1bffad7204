import { AppError } from '../../platform/errors/index.js';
import type { RefusalReason } from './organizations.policy.js';
import type { ReviewRefusal } from './recertifications.policy.js';

/** The organization would be left without an owner. */
class LastOwner extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'last-owner' } });
  }
}

/** The route was open to the caller, and this is not: they have just lost their role, reach for one, or vouch for themselves. */
class MemberChangeRefused extends AppError {
  constructor(reason: RefusalReason | ReviewRefusal) {
    super('forbidden', { context: { event: 'authz_fail', reason } });
  }
}

/** What was looked at is not what is there now, or it is over. */
class ReviewOutdated extends AppError {
  constructor(reason: ReviewRefusal) {
    super('conflict', { context: { reason } });
  }
}

export function refusalOf(reason: RefusalReason): AppError {
  return reason === 'last-owner' ? new LastOwner() : new MemberChangeRefused(reason);
}

export function reviewRefusalOf(reason: ReviewRefusal): AppError {
  const isAboutTheActor = reason === 'actor-not-owner' || reason === 'own-statement';
  return isAboutTheActor ? new MemberChangeRefused(reason) : new ReviewOutdated(reason);
}
