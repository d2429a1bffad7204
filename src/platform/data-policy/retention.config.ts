import { configSlice, integer } from '../config/index.js';

const days = (what: string, min: number, fallback: number) =>
  integer(`Days until ${what} is deleted.`, { min, max: 3650, default: fallback });

/** How long what is over is kept. Which rows a period is of: data-policy.ts. */
export class RetentionConfig extends configSlice('Retention', {
  RETENTION_SESSIONS_DAYS: days('a session that has ended, with its refresh tokens,', 1, 30),
  RETENTION_DEVICES_DAYS: days('a device that nobody has signed in from any more', 1, 180),
  RETENTION_API_KEYS_DAYS: days('an API key that has expired or was revoked', 1, 90),
  RETENTION_ALERTS_DAYS: days('a security alert, or a measure that is over,', 7, 365),
  RETENTION_BREAK_GLASS_DAYS: days('an emergency access, its reason included,', 30, 365),
  // A counter is needed for a day after the last failure: guess.policy.ts.
  RETENTION_GUESSES_DAYS: days('a count of failed guesses', 2, 30),
}) {}
