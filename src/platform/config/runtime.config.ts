import { z } from 'zod';
import { list } from './fields.js';
import { configSlice } from './slice.js';

export class RuntimeConfig extends configSlice('Runtime', {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('development, test or production. Production refuses generated secrets and asks for explicit answers.'),
  FEATURES_OFF: list('Features that are not there at all, comma-separated: accounts, api-keys. Default: none.').default(
    [],
  ),
  NODE_TLS_REJECT_UNAUTHORIZED: z
    .string()
    .optional()
    .describe("Node's own. Production refuses 0: every certificate would do, whoever it belongs to."),
}) {
  /** @control A2.2 */
  static override productionProblems(values: RuntimeConfig['values']): readonly string[] {
    return values.NODE_TLS_REJECT_UNAUTHORIZED === '0'
      ? ['NODE_TLS_REJECT_UNAUTHORIZED: production checks certificates']
      : [];
  }

  get isProduction(): boolean {
    return this.values.NODE_ENV === 'production';
  }

  /** Stricter where strictness finds mistakes of ours: a view that drops a field makes the request fail. */
  get isTest(): boolean {
    return this.values.NODE_ENV === 'test';
  }
}
