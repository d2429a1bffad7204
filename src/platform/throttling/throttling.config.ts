import { z } from 'zod';
import { configSlice, secretText } from '../config/index.js';

const REDIS = /^rediss?:$/;

/** Where instances share what they count. */
export class ThrottlingConfig extends configSlice('Rate limits', {
  REDIS_URL: secretText(
    'Redis that holds the counters of all instances: rediss://user:password@host:6379. Default: each instance counts for itself.',
  )
    // The value may hold a password: the form is all that may be said.
    .refine((url) => URL.canParse(url.reveal()) && REDIS.test(new URL(url.reveal()).protocol), {
      error: 'must have the form redis(s)://user:password@host:port',
    })
    .optional(),
  REDIS_PLAINTEXT: z
    .enum(['refused', 'accepted'])
    .default('refused')
    .describe(
      'Whether production may use redis:// without TLS, on a network that nobody else is on: refused or accepted.',
    ),
  INSTANCES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('How many instances serve. Production requires an answer, and REDIS_URL when it is more than one.'),
  THROTTLE_SCALE: z.coerce
    .number()
    .positive()
    .max(1_000_000)
    .default(1)
    .describe('Multiplies every rate limit but those of sign-in, for load tests. Production refuses anything but 1.'),
}) {
  get instances(): number {
    return this.values.INSTANCES ?? 1;
  }

  /** @control A2.2 B6.2 */
  static override productionProblems(values: ThrottlingConfig['values']): readonly string[] {
    const { INSTANCES, REDIS_URL, REDIS_PLAINTEXT, THROTTLE_SCALE } = values;
    const isPlaintext = REDIS_URL !== undefined && new URL(REDIS_URL.reveal()).protocol === 'redis:';
    return [
      ...(INSTANCES === undefined ? ['INSTANCES: is required in production: how many instances serve'] : []),
      ...(INSTANCES !== undefined && INSTANCES > 1 && REDIS_URL === undefined
        ? ['REDIS_URL: is required when INSTANCES is more than one: each would grant every limit once more']
        : []),
      ...(isPlaintext && REDIS_PLAINTEXT === 'refused'
        ? ['REDIS_URL: production uses rediss://, or says REDIS_PLAINTEXT=accepted']
        : []),
      ...(THROTTLE_SCALE === 1 ? [] : ['THROTTLE_SCALE: is for load tests; production keeps its limits']),
    ];
  }
}
