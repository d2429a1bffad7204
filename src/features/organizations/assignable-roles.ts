import { z } from 'zod';
import { roles } from '../../roles.js';

const { owner: _byTwoOwnersOnly, ...invitable } = roles;

/** What an invitation can give. Nobody is invited as owner: members become owners, by the word of two (A1.6). */
export type InvitableRole = keyof typeof invitable;

export const roleNames: readonly string[] = Object.keys(roles);
export const invitableRoleNames: readonly string[] = Object.keys(invitable);

export const invitableRole = z.custom<InvitableRole>(
  (value) => typeof value === 'string' && Object.hasOwn(invitable, value),
);
