import { describe, expect, it } from 'vitest';
import { roles, type Role } from './roles.js';

const permissionsOf = (role: Role): readonly string[] => roles[role].permissions;

describe('the table of roles', () => {
  it.each<[Role, string]>([
    ['owner', 'patients:'],
    ['owner', 'records:'],
    ['auditor', 'patients:'],
    ['auditor', 'records:'],
    ['receptionist', 'records:'],
    ['clinician', 'patients:identify'],
    ['clinician', 'patients:delete'],
    ['patient', 'patients:create'],
    ['patient', 'patients:update'],
    ['patient', 'patients:delete'],
    ['patient', 'records:create'],
  ])('A1.4 gives the %s nothing that begins with %s', (role, prefix) => {
    expect(permissionsOf(role).filter((permission) => permission.startsWith(prefix))).toEqual([]);
  });

  it.each<[Role, string]>([
    ['owner', 'required'],
    ['clinician', 'required'],
    ['auditor', 'required'],
    ['receptionist', 'optional'],
    ['patient', 'optional'],
  ])('A1.2 says that a second factor of the %s is %s', (role, secondFactor) => {
    expect(roles[role].secondFactor).toBe(secondFactor);
  });

  it.each(Object.keys(roles) as Role[])('gives the %s each permission once, as resource:action', (role) => {
    const permissions = permissionsOf(role);
    expect(new Set(permissions).size).toBe(permissions.length);
    expect(permissions.every((permission) => /^[a-z-]+:[a-z-]+$/.test(permission))).toBe(true);
  });
});
