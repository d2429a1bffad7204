import type { PermissionSet } from '../access/index.js';
import { fieldsOf, type FieldDeclaration, type ViewClass } from './field.js';

/** What becomes of a field for these permissions. */
export function accessTo(
  { requires, mask }: FieldDeclaration,
  permissions: PermissionSet,
): 'shown' | 'masked' | 'absent' {
  if (requires === undefined || permissions.has(requires)) return 'shown';
  return mask === undefined ? 'absent' : 'masked';
}

/** The names of the fields that are not absent. */
export function visibleNames(view: ViewClass, permissions: PermissionSet): string[] {
  return fieldsOf(view)
    .filter((field) => accessTo(field, permissions) !== 'absent')
    .map(({ name }) => name);
}

/**
 * The columns of a table, less those that the view hides from an actor: what nobody will be shown is not read, and so not
 * decrypted either. The same object for the same set of permissions. @control B7.2 B15.1
 */
export class VisibleColumns<Columns extends Readonly<Record<string, true>>> {
  private readonly known = new WeakMap<PermissionSet, Partial<Columns>>();

  constructor(
    private readonly view: ViewClass,
    private readonly columns: Columns,
  ) {}

  for(permissions: PermissionSet): Partial<Columns> {
    const known = this.known.get(permissions);
    if (known !== undefined) return known;
    const visible = new Set(visibleNames(this.view, permissions));
    const columns: Partial<Columns> = {};
    for (const name in this.columns) if (visible.has(name)) columns[name] = this.columns[name];
    this.known.set(permissions, columns);
    return columns;
  }
}
