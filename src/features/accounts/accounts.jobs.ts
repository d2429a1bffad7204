import { z } from 'zod';
import { defineJob } from '../../platform/jobs/index.js';
import { signUpSchema } from './accounts.tokens.js';

/**
 * What is asked for an address is done later, by a job: the request does the same for an address with an account and for one
 * without, so neither its answer nor its time can tell which it was. @control A1.3 B8.3
 */
export const signUpRequested = defineJob('accounts.sign-up', signUpSchema);
export const resetRequested = defineJob('accounts.reset-password', z.object({ email: z.string() }));
/**
 * `passwordHash` is the one of the moment in which it was asked for: a token that is made after a reset would outlive it, and
 * lead whoever was thrown out by the reset back in (CWE-613).
 */
const emailChangeSchema = z.object({ userId: z.uuid(), email: z.string(), passwordHash: z.string() });
export type EmailChange = z.output<typeof emailChangeSchema>;
export const emailChangeRequested = defineJob('accounts.change-email', emailChangeSchema);
