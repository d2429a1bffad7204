import { z } from 'zod';
import type { OneTimeKind } from '../one-time-tokens/index.js';

const HOUR_S = 3600;

/** Everything that the account will be made of. The link activates exactly this sign-up and no other one for the same address. */
export const signUpSchema = z.object({
  email: z.string(),
  displayName: z.string(),
  organizationName: z.string(),
  passwordHash: z.string(),
});
export type SignUp = z.output<typeof signUpSchema>;

export const signUpToken: OneTimeKind<SignUp> = {
  purpose: 'sign_up',
  ttlSeconds: 24 * HOUR_S,
  context: signUpSchema,
  replacesOlder: false,
};

/** SP 800-63B-4 §4.2.1.2: a recovery secret that is sent by mail lives at most 24 hours; ours one. */
export const resetPasswordToken: OneTimeKind<Record<string, never>> = {
  purpose: 'reset_password',
  ttlSeconds: HOUR_S,
  context: z.record(z.string(), z.never()),
  replacesOlder: true,
};

const emailChangeSchema = z.object({ email: z.string() });

export const changeEmailToken: OneTimeKind<z.output<typeof emailChangeSchema>> = {
  purpose: 'change_email',
  ttlSeconds: HOUR_S,
  context: emailChangeSchema,
  replacesOlder: true,
};
