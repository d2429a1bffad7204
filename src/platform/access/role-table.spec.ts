import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Permission } from './permission.js';
import { RoleTable } from './role-table.js';

const permission = (name: string) => name as Permission;
const READ = permission('shelves:read');
const WRITE = permission('shelves:write');
const table = new RoleTable({
  keeper: { secondFactor: 'required', permissions: [READ, WRITE] },
  visitor: { secondFactor: 'optional', permissions: [READ] },
  guest: { secondFactor: 'optional', permissions: [] },
});

const permissionsOf = (role: string, scope: string) => [...table.effectivePermissions(role, scope)];

describe('effective permissions', () => {
  it.each([
    ['keeper', 'all', [READ, WRITE]],
    ['keeper', 'shelves:read', [READ]],
    ['keeper', 'shelves:write shelves:read', [READ, WRITE]],
    ['visitor', 'all', [READ]],
  ])('A1.4 are what the role %s grants and the scope "%s" does not withhold', (role, scope, expected) => {
    expect(permissionsOf(role, scope)).toEqual(expected);
  });

  it.each([
    ['guest', 'all'],
    ['guest', 'shelves:read'],
    ['visitor', 'shelves:write'],
    ['keeper', ''],
    ['keeper', ' '],
    ['keeper', 'ALL'],
    ['keeper', ' all'],
    ['keeper', 'all all'],
    ['keeper', '*'],
    ['keeper', 'shelves:*'],
    ['keeper', 'shelves'],
    ['keeper', 'shelves:read,shelves:write'],
    ['keeper', 'shelves:read\tshelves:write'],
    ['keeper', 'Shelves:Read'],
    ['owner', 'all'],
    ['Keeper', 'all'],
    ['', 'all'],
    ['__proto__', 'all'],
    ['constructor', 'all'],
  ])('B5.3 are none for the role "%s" with the scope "%s"', (role, scope) => {
    expect(permissionsOf(role, scope)).toEqual([]);
  });

  it('B5.3 never exceed the role, whatever the scope', () => {
    const scopes = fc.array(fc.oneof(fc.string(), fc.constantFrom('all', READ, WRITE, 'shelves:delete')));
    fc.assert(
      fc.property(fc.constantFrom('keeper', 'visitor', 'guest'), scopes, (role, scope) => {
        const whole = table.effectivePermissions(role, 'all');
        expect(permissionsOf(role, scope.join(' ')).every((each) => whole.has(each))).toBe(true);
      }),
    );
  });

  it('are one set for all callers of a role, so that what is compiled per set is compiled once', () => {
    expect(table.effectivePermissions('keeper', 'all')).toBe(table.effectivePermissions('keeper', 'all'));
    const scoped = table.effectivePermissions('keeper', 'shelves:read');
    expect(table.effectivePermissions('keeper', 'shelves:read')).toBe(scoped);
    expect(table.effectivePermissions('guest', 'shelves:read')).not.toBe(scoped);
  });
});

it.each([
  ['keeper', true],
  ['visitor', false],
  ['guest', false],
  ['Keeper', true],
  ['', true],
  ['constructor', true],
])('A1.2 asks the role "%s" for a second factor: %s; whom the table does not know, always', (role, expected) => {
  expect(table.needsSecondFactor(role)).toBe(expected);
});

it('A1.4 knows every permission that some role has, and no other', () => {
  expect([...table.granted]).toEqual([READ, WRITE]);
});
