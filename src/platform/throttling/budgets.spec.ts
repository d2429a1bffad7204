import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  budgetOfAddress,
  budgetOfOrganization,
  budgetOfPrincipal,
  scaled,
  WINDOW_SECONDS,
  type BudgetClass,
} from './budgets.js';
import { throttleClasses } from './throttle-class.js';

describe('B6.1 budgets', () => {
  it('are those of the recipe', () => {
    const rows = readFileSync('docs/recipes/rate-limits.md', 'utf8').matchAll(
      /^\| `(\w+)` .*?\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\|/gm,
    );
    const documented = [...rows].map(([, name, ...numbers]) => [name, ...numbers.map(Number)]);
    expect(documented).toEqual(
      throttleClasses.map((name) => [
        name,
        budgetOfAddress(name),
        budgetOfPrincipal('standard', name),
        budgetOfPrincipal('high', name),
        budgetOfOrganization(name),
      ]),
    );
    expect(readFileSync('docs/recipes/rate-limits.md', 'utf8')).toMatch(
      new RegExp(`no route .*\\| ${budgetOfAddress('unrouted')} `),
    );
  });

  it.each(throttleClasses)(
    'of %s: nobody may do more than all together, and an address holds a caller of it',
    (name) => {
      const callers = [budgetOfPrincipal('standard', name), budgetOfPrincipal('high', name)];
      for (const budget of callers) {
        expect(budget).toBeLessThanOrEqual(budgetOfOrganization(name));
        expect(budget).toBeLessThanOrEqual(budgetOfAddress(name));
      }
    },
  );

  it('are per minute, not per 60 milliseconds', () => {
    expect(WINDOW_SECONDS).toBe(60);
  });

  it.each<[BudgetClass, number, number]>([
    ['read', 2, 1200],
    ['write', 0.5, 300],
    ['expensive', 0.001, 1],
    ['unrouted', 10, 6000],
    ['auth', 1000, 600],
    ['auth', 0.001, 600],
  ])('of %s are scaled by %d, sign-in never, and nothing to zero', (name, scale, expected) => {
    expect(scaled(600, name, scale)).toBe(expected);
  });
});
