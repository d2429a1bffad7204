import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from '../telemetry/index.js';
import {
  budgetClasses,
  budgetHolders,
  scaled,
  WINDOW_SECONDS,
  type BudgetClass,
  type BudgetHolder,
} from './budgets.js';
import { ThrottleCounters } from './throttle-counters.js';
import { ThrottlingConfig } from './throttling.config.js';
import { QuotaExceeded } from './throttling.errors.js';

export interface Charge {
  readonly holder: BudgetHolder;
  /** Which of them: an address, a person, a key, an organization. */
  readonly id: string;
  readonly budgetClass: BudgetClass;
  /** Requests per minute, before scaling. */
  readonly budget: number;
}

/**
 * Takes one request from a budget and says on the answer, whatever it becomes, what is left of it
 * (draft-ietf-httpapi-ratelimit-headers-11 §3, §4). Throws `QuotaExceeded`. @control B6.3
 */
@Injectable()
export class Quotas {
  private readonly scale: number;
  private readonly refused: ReturnType<typeof Metrics.prototype.counter<'holder' | 'class'>>;

  constructor(
    private readonly counters: ThrottleCounters,
    config: ThrottlingConfig,
    metrics: Metrics,
  ) {
    this.scale = config.values.THROTTLE_SCALE;
    this.refused = metrics.counter('rampart_throttled_total', 'Requests over a budget.', ['holder', 'class']);
    // From zero, so that the first one is an increase.
    for (const holder of budgetHolders) for (const one of budgetClasses) this.refused.inc({ holder, class: one }, 0);
  }

  async spend(reply: FastifyReply, { holder, id, budgetClass, budget }: Charge): Promise<void> {
    const limit = scaled(budget, budgetClass, this.scale);
    const key = `${holder}:${budgetClass}:${id}`;
    const record = await this.counters.increment(key, 0, limit, 0, budgetClass);
    const { totalHits, timeToExpire, isBlocked, isFirstBlocked } = record;
    const remaining = isBlocked ? 0 : limit - totalHits;
    append(reply, 'ratelimit-policy', `"${holder}";q=${limit};w=${WINDOW_SECONDS}`);
    append(reply, 'ratelimit', `"${holder}";r=${remaining};t=${timeToExpire}`);
    if (!isBlocked) return;
    this.refused.inc({ holder, class: budgetClass });
    throw new QuotaExceeded({ holder, budgetClass, retryAfterSeconds: timeToExpire, isFirst: isFirstBlocked });
  }
}

function append(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? item : `${String(before)}, ${item}`);
}
