import type { Permission, PermissionSet } from '../access/index.js';
import type { FieldError } from '../errors/index.js';

interface FieldRule {
  readonly name: string;
  /** Who lacks it may not send the field at all. */
  readonly requires?: Permission;
  /** Of a field that holds a body of its own. */
  readonly nested?: () => object;
}

const rules = new WeakMap<object, FieldRule[]>();

/** Adds a rule about who may set a field: the vocabulary of fields.ts does, for `requires` and for nested bodies. */
export function declareSettable(rule: Omit<FieldRule, 'name'>): PropertyDecorator {
  return ({ constructor: body }, property) => {
    rules.set(body, [...(rules.get(body) ?? []), { ...rule, name: String(property) }]);
  };
}

/** The rules of a body and of the classes that it extends. */
export function settableRulesOf(body: object): readonly FieldRule[] {
  const parent: unknown = Object.getPrototypeOf(body);
  const inherited = typeof parent === 'function' && parent !== Function.prototype ? settableRulesOf(parent) : [];
  return [...inherited, ...(rules.get(body) ?? [])];
}

/** Whether there is a field in it that not everybody may set. */
export function hasGuardedFields(body: object): boolean {
  return settableRulesOf(body).some(
    ({ requires, nested }) => requires !== undefined || (nested !== undefined && hasGuardedFields(nested())),
  );
}

/** The fields of `value`, as it was sent, that these permissions do not allow to set. @control B15.1 B15.2 */
export function forbiddenFields(
  body: object,
  value: unknown,
  permissions: PermissionSet,
  parent = '#',
): readonly FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  return settableRulesOf(body).flatMap(({ name, requires, nested }) => {
    // Sent is sent, whatever the value: `null` or `""` would be refused by another rule, and tell that this one holds.
    if (!Object.hasOwn(value, name)) return [];
    const pointer = `${parent}/${name}`;
    if (requires !== undefined && !permissions.has(requires)) {
      return [{ pointer, code: 'field-not-allowed', message: `you may not set ${name}` }];
    }
    return nested === undefined ? [] : forbiddenFields(nested(), Reflect.get(value, name), permissions, pointer);
  });
}
