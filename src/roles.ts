import type { RolePermissions } from './platform/access/index.js';

/**
 * Who may do what: the one table. A permission exists because a feature declares it (`x.permissions.ts`);
 * a role has it because it stands here. The names of the roles are those of the enum `Role` in prisma/schema.
 */
export const roles = {
  /** Members, keys and settings of the organization come with their features; no clinical data. */
  owner: [],
  clinician: [
    'patients:read',
    'patients:create',
    'patients:update',
    'patients:contact',
    'records:read',
    'records:create',
  ],
  receptionist: [
    'patients:read',
    'patients:create',
    'patients:update',
    'patients:delete',
    'patients:identify',
    'patients:contact',
  ],
  /** Only their own: see clinic/patients/patients.policy.ts. */
  patient: ['patients:read', 'patients:identify', 'patients:contact', 'records:read'],
  /** The audit trail comes with its feature. */
  auditor: [],
} as const satisfies RolePermissions;

export type Role = keyof typeof roles;
