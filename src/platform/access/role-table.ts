import { Injectable } from '@nestjs/common';
import { FULL_SCOPE } from './access-token.js';
import { NO_PERMISSIONS, type Permission, type PermissionSet } from './permission.js';

export type RolePermissions = Readonly<Record<string, readonly Permission[]>>;

/** The table of src/roles.ts, as the platform sees it: names of roles and what each may do. */
@Injectable()
export class RoleTable {
  private readonly sets: ReadonlyMap<string, PermissionSet>;
  /** Every permission that some role has: a route that asks for another one could never be called. */
  readonly granted: PermissionSet;

  constructor(roles: RolePermissions) {
    this.sets = new Map(Object.entries(roles).map(([role, permissions]) => [role, new Set(permissions)]));
    this.granted = new Set(Object.values(roles).flat());
  }

  /**
   * Role permissions ∩ credential scopes. The same set object for the same role, so that what is compiled per set is compiled
   * once. A role that the table does not know may do nothing (fails closed).
   */
  effectivePermissions(role: string, scope: string): PermissionSet {
    const granted = this.sets.get(role) ?? NO_PERMISSIONS;
    if (scope === FULL_SCOPE) return granted;
    const scopes = new Set(scope.split(' '));
    return new Set([...granted].filter((permission) => scopes.has(permission)));
  }
}
