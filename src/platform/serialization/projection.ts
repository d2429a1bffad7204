import type { PermissionSet } from '../access/index.js';
import { fieldsOf, type FieldDeclaration, type ViewClass } from './field.js';

type Row = Readonly<Record<string, unknown>>;
type Read = (value: unknown, permissions: PermissionSet) => unknown;

interface Step {
  readonly name: string;
  readonly read: Read;
  readonly isOptional: boolean;
}

/** Thrown in tests when a handler returns more than its view lists: in production the surplus is dropped in silence. */
export class UndeclaredField extends Error {
  constructor(view: ViewClass, names: readonly string[]) {
    super(`${view.name} does not list what the handler returned: ${names.join(', ')}`);
    this.name = 'UndeclaredField';
  }
}

/**
 * A view, compiled: for each set of permissions a list of steps, made on first use and kept as long as the set.
 * The answer is built from the list, never by removing from the row, so a new column cannot leave unseen. @control B7.1 B15.1
 */
export class Projection {
  private readonly plans = new WeakMap<PermissionSet, readonly Step[]>();
  private readonly declared: ReadonlySet<string>;

  constructor(
    private readonly view: ViewClass,
    /** Fail on fields that the view does not list. */
    private readonly strict: boolean,
  ) {
    this.declared = new Set(fieldsOf(view).map((field) => field.name));
  }

  project(value: unknown, permissions: PermissionSet): unknown {
    if (!isRow(value)) return null;
    if (this.strict) this.refuseSurplus(value);
    const projected: Record<string, unknown> = {};
    for (const { name, read, isOptional } of this.planFor(permissions)) {
      if (!isOptional || value[name] !== undefined) projected[name] = read(value[name], permissions);
    }
    return projected;
  }

  private planFor(permissions: PermissionSet): readonly Step[] {
    const known = this.plans.get(permissions);
    if (known !== undefined) return known;
    const plan = fieldsOf(this.view).flatMap((field) => this.compile(field, permissions));
    this.plans.set(permissions, plan);
    return plan;
  }

  private compile(field: FieldDeclaration, permissions: PermissionSet): Step[] {
    const shown = field.requires === undefined || permissions.has(field.requires);
    const { name, optional: isOptional = false } = field;
    if (shown) return [{ name, isOptional, read: this.reader(field) }];
    const { mask } = field;
    if (mask === undefined) return [];
    return [{ name, isOptional, read: (value) => (typeof value === 'string' ? mask(value) : null) }];
  }

  private reader(field: FieldDeclaration): Read {
    if (field.view !== undefined) {
      const nested = new Projection(field.view, this.strict);
      return (value, permissions) => nested.project(value, permissions);
    }
    if (field.list !== undefined) {
      const nested = new Projection(field.list, this.strict);
      return (value, permissions) =>
        Array.isArray(value) ? value.map((item) => nested.project(item, permissions)) : [];
    }
    return field.format === 'date' ? toFullDate : toPlain;
  }

  private refuseSurplus(row: Row): void {
    const surplus = Object.keys(row).filter((name) => !this.declared.has(name));
    if (surplus.length > 0) throw new UndeclaredField(this.view, surplus);
  }
}

function toFullDate(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().slice(0, 10) : toPlain(value);
}

/** An object that no nested view describes does not leave: its fields are listed nowhere. */
function toPlain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.filter((item) => typeof item !== 'object');
  return typeof value === 'object' ? null : (value ?? null);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
