import type { RoleDefinitions } from './platform/access/index.js';

/**
 * Who may do what, and who needs a second factor for it: the one table. A permission exists because a feature declares it
 * (`x.permissions.ts`); a role has it because it stands here. The names of the roles are those of the enum `Role` in
 * prisma/schema. @control A1.2
 */
export const roles = {
  /** Runs the organization; no clinical data. */
  owner: {
    secondFactor: 'required',
    permissions: [
      'members:read',
      'members:invite',
      'members:update',
      'members:remove',
      'members:recertify',
      'security:read',
      'security:manage',
      'api-keys:read',
      'api-keys:create',
      'api-keys:rotate',
      'api-keys:revoke',
    ],
  },
  clinician: {
    secondFactor: 'required',
    permissions: [
      // example: begin
      'patients:read',
      'patients:create',
      'patients:update',
      'patients:contact',
      'patients:reveal',
      'records:read',
      'records:create',
      // example: end
      'api-keys:read',
      'api-keys:create',
      'api-keys:rotate',
      'api-keys:revoke',
      // example: begin
      'records:break-glass',
      // example: end
    ],
  },
  receptionist: {
    secondFactor: 'optional',
    permissions: [
      // example: begin
      'patients:read',
      'patients:create',
      'patients:update',
      'patients:delete',
      'patients:identify',
      'patients:contact',
      // example: end
      'api-keys:read',
      'api-keys:create',
      'api-keys:rotate',
      'api-keys:revoke',
    ],
  },
  /** Only their own: see clinic/patients/patients.policy.ts. */
  patient: {
    secondFactor: 'optional',
    permissions: [
      // example: begin
      'patients:read',
      'patients:identify',
      'patients:contact',
      'records:read',
      // example: end
    ],
  },
  /** Sees what has happened, and changes nothing; no clinical data. */
  auditor: { secondFactor: 'required', permissions: ['audit:read', 'security:read'] },
} as const satisfies RoleDefinitions;

export type Role = keyof typeof roles;
