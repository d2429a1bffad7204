import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { FULL_SCOPE } from './access-token.js';
import { NO_PERMISSIONS, type Permission, type PermissionSet } from './permission.js';

export interface RoleDefinition {
  /** `required`: without a second factor the role opens nothing but enrolment. */
  readonly secondFactor: 'required' | 'optional';
  readonly permissions: readonly Permission[];
}

export type RoleDefinitions = Readonly<Record<string, RoleDefinition>>;

/** Kept, so that what is compiled per set is compiled once; few combinations are in use at a time. */
const MAX_SCOPED_SETS = 1000;

interface RoleEntry {
  readonly needsSecondFactor: boolean;
  readonly permissions: PermissionSet;
}

/** A role that the table does not know may do nothing, whatever the caller proves (fails closed). */
const UNKNOWN: RoleEntry = { needsSecondFactor: true, permissions: NO_PERMISSIONS };

/** The table of src/roles.ts, as the platform sees it: names of roles and what each may do. @control B5.3 */
@Injectable()
export class RoleTable {
  private readonly roles: ReadonlyMap<string, RoleEntry>;
  private readonly scoped = new LRUCache<string, PermissionSet>({ max: MAX_SCOPED_SETS });
  /** Every permission that some role has: a route that asks for another one could never be called. */
  readonly granted: PermissionSet;

  constructor(roles: RoleDefinitions) {
    this.roles = new Map(
      Object.entries(roles).map(([role, { secondFactor, permissions }]) => [
        role,
        { needsSecondFactor: secondFactor === 'required', permissions: new Set(permissions) },
      ]),
    );
    this.granted = new Set(Object.values(roles).flatMap(({ permissions }) => permissions));
  }

  needsSecondFactor(role: string): boolean {
    return this.entry(role).needsSecondFactor;
  }

  /**
   * Role permissions ∩ credential scopes. The same set object for the same role and scope, so that what is compiled per set is compiled
   * once.
   */
  effectivePermissions(role: string, scope: string): PermissionSet {
    const granted = this.entry(role).permissions;
    if (scope === FULL_SCOPE) return granted;
    const key = JSON.stringify([role, scope]);
    const known = this.scoped.get(key);
    if (known !== undefined) return known;
    const scopes = new Set(scope.split(' '));
    const effective: PermissionSet = new Set([...granted].filter((permission) => scopes.has(permission)));
    this.scoped.set(key, effective);
    return effective;
  }

  private entry(role: string): RoleEntry {
    return this.roles.get(role) ?? UNKNOWN;
  }
}
