import type { PermissionSet } from '../access/index.js';
import { fieldsOf, type FieldDeclaration, type ViewClass } from './field.js';
import type { Narrowing } from './narrowing.js';
import { accessTo } from './visible-fields.js';

type Row = Readonly<Record<string, unknown>>;
type Read = (value: unknown, permissions: PermissionSet, narrowing?: Narrowing) => unknown;

interface Step {
  readonly name: string;
  readonly read: Read;
  readonly isOptional: boolean;
  /** A text is the answer as it is, and most values are texts: no call for those. */
  readonly isPlain: boolean;
}

/** Thrown in tests when a handler returns more than its view lists: in production the surplus is dropped in silence. */
export class UndeclaredField extends Error {
  constructor(view: ViewClass, names: readonly string[]) {
    super(`${view.name} does not list what the handler returned: ${names.join(', ')}`);
    this.name = 'UndeclaredField';
  }
}

/**
 * A view, compiled: for each set of permissions a list of steps, made on first use and kept as long as the set; the same for
 * each narrowing.
 * The answer is built from the list, never by removing from the row, so a new column cannot leave unseen. @control B7.1 B15.1 B15.5
 */
export class Projection {
  private readonly plans = new WeakMap<PermissionSet | Narrowing, readonly Step[]>();
  private readonly declared: ReadonlySet<string>;

  constructor(
    private readonly view: ViewClass,
    /** Fail on fields that the view does not list. */
    private readonly strict: boolean,
  ) {
    this.declared = new Set(fieldsOf(view).map((field) => field.name));
  }

  /** `narrowing` is one of this caller's, and concerns its own view, at whatever depth. */
  project(value: unknown, permissions: PermissionSet, narrowing?: Narrowing): unknown {
    if (!isRow(value)) return null;
    if (this.strict) this.refuseSurplus(value);
    const projected: Record<string, unknown> = {};
    for (const { name, read, isOptional, isPlain } of this.planFor(permissions, narrowing)) {
      const field = value[name];
      if (isPlain && typeof field === 'string') projected[name] = field;
      else if (!isOptional || field !== undefined) projected[name] = read(field, permissions, narrowing);
    }
    return projected;
  }

  private planFor(permissions: PermissionSet, narrowing?: Narrowing): readonly Step[] {
    const own = narrowing?.view === this.view ? narrowing : undefined;
    const key = own ?? permissions;
    const known = this.plans.get(key);
    if (known !== undefined) return known;
    const fields = fieldsOf(this.view).filter(({ name }) => own === undefined || own.names.has(name));
    const plan = fields.flatMap((field) => this.compile(field, permissions));
    this.plans.set(key, plan);
    return plan;
  }

  private compile(field: FieldDeclaration, permissions: PermissionSet): Step[] {
    const { name, optional: isOptional = false } = field;
    if (accessTo(field, permissions) === 'shown') {
      const isPlain = field.view === undefined && field.list === undefined;
      return [{ name, isOptional, isPlain, read: this.reader(field) }];
    }
    const { mask } = field;
    if (mask === undefined) return [];
    return [{ name, isOptional, isPlain: false, read: (value) => (typeof value === 'string' ? mask(value) : null) }];
  }

  private reader(field: FieldDeclaration): Read {
    if (field.view !== undefined) {
      const nested = new Projection(field.view, this.strict);
      return (value, permissions, narrowing) => nested.project(value, permissions, narrowing);
    }
    if (field.list !== undefined) {
      const nested = new Projection(field.list, this.strict);
      return (value, permissions, narrowing) =>
        Array.isArray(value) ? value.map((item) => nested.project(item, permissions, narrowing)) : [];
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
