import { z } from 'zod';
import type { OneTimeKind } from '../one-time-tokens/index.js';
import { invitableRole } from './assignable-roles.js';

export const INVITATION_DAYS = 7;

export const invitationSchema = z.object({
  organizationId: z.uuid(),
  email: z.string(),
  role: invitableRole,
  /** Whoever accepts has to ask whether this person still is an owner. */
  invitedById: z.uuid(),
});

export type Invitation = z.output<typeof invitationSchema>;

/**
 * Good for one membership with this role, for whoever has the mail. An older one stays good: otherwise one organization could
 * void what another one has sent.
 */
export const invitationToken: OneTimeKind<Invitation> = {
  purpose: 'invitation',
  ttlSeconds: INVITATION_DAYS * 86_400,
  context: invitationSchema,
  replacesOlder: false,
};
