import type { RateTier } from '../access/index.js';
import { throttleClasses, type ThrottleClass } from './throttle-class.js';

/** `unrouted`: paths that do not exist, which nobody needs often but who is looking for something. */
export const budgetClasses = [...throttleClasses, 'unrouted'] as const;
export type BudgetClass = (typeof budgetClasses)[number];
/** Who a budget belongs to: these are the names of the policies in `RateLimit-Policy`. */
export const budgetHolders = ['address', 'principal', 'organization'] as const;
export type BudgetHolder = (typeof budgetHolders)[number];

export const WINDOW_SECONDS = 60;

type Budgets = Readonly<Record<ThrottleClass, number>>;

/** Many people share an address (a clinic, a carrier's NAT), and it must hold what a key of the high tier may do. */
const ofAddress: Readonly<Record<BudgetClass, number>> = {
  auth: 60,
  read: 3000,
  write: 600,
  expensive: 60,
  unrouted: 120,
};
const ofPrincipal: Readonly<Record<RateTier, Budgets>> = {
  standard: { auth: 30, read: 600, write: 120, expensive: 10 },
  high: { auth: 30, read: 3000, write: 600, expensive: 50 },
};
const ofOrganization: Budgets = { auth: 600, read: 6000, write: 1200, expensive: 100 };

/** Requests per minute: the one table of them. @control B6.1 */
export function budgetOfAddress(budgetClass: BudgetClass): number {
  return ofAddress[budgetClass];
}

export function budgetOfPrincipal(tier: RateTier = 'standard', throttleClass: ThrottleClass): number {
  return ofPrincipal[tier][throttleClass];
}

export function budgetOfOrganization(throttleClass: ThrottleClass): number {
  return ofOrganization[throttleClass];
}

/** Guessing does not become harmless because a load test runs. */
export function scaled(budget: number, budgetClass: BudgetClass, scale: number): number {
  return budgetClass === 'auth' ? budget : Math.max(1, Math.round(budget * scale));
}
