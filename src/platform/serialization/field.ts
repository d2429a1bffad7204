import { ApiProperty } from '@nestjs/swagger';
import type { Permission } from '../access/index.js';
import { classOfName, type DataClass, type Model } from '../data-classes/index.js';
import type { Mask } from './masks.js';

/** A class whose `@Field()` properties are what may leave. */
export type ViewClass = new () => object;

interface FieldOptions {
  /** Shown to actors with this permission; the others get the mask or, without one, nothing. */
  readonly requires?: Permission;
  readonly mask?: Mask;
  /** Who, not having that permission, may ask for the value of one row with `?reveal=` (reveal.interceptor.ts). */
  readonly revealedBy?: Permission;
  /** A nested view. */
  readonly view?: ViewClass;
  /** A list of a nested view. */
  readonly list?: ViewClass;
  /** A calendar date without time (RFC 3339 §5.6 full-date). Default of a Date: date-time. */
  readonly format?: 'date';
  readonly nullable?: boolean;
  /** Left out when the handler leaves it out: for answers of which there are two kinds. */
  readonly optional?: boolean;
  readonly description?: string;
  /** For the description; without one, that of a field of the same name elsewhere. */
  readonly example?: string | boolean | readonly string[];
  readonly enum?: readonly string[];
  /** Of a value that is no column, such as a token. Default: that of the column of this name. */
  readonly dataClass?: DataClass;
  /** Why a field that is personal or more asks for no permission of its own. */
  readonly because?: string;
}

export interface FieldDeclaration extends FieldOptions {
  readonly name: string;
}

const declarations = new WeakMap<object, FieldDeclaration[]>();
const shownModels = new WeakMap<object, readonly Model[]>();

/** Lists a property of a view among what may leave. What is not listed never does. @control B7.1 B15.1 */
export function Field(options: FieldOptions = {}): PropertyDecorator {
  return (target, property) => {
    const view = target.constructor;
    const fields = declarations.get(view) ?? [];
    fields.push({ ...options, name: String(property) });
    declarations.set(view, fields);
    document(options)(target, property);
  };
}

/** Whose columns the view shows. Without it a field has the highest class that a column of its name has anywhere. */
export function Shows(...models: readonly Model[]): ClassDecorator {
  return (view) => void shownModels.set(view, models);
}

/** The models that a view or the class that it extends names; none when it names none. */
export function modelsOf(view: ViewClass): readonly Model[] {
  const parent: unknown = Object.getPrototypeOf(view);
  return shownModels.get(view) ?? (isViewClass(parent) ? modelsOf(parent) : []);
}

/** How sensitive what a field shows is; undefined where it shows no column and does not say. @control A11.2 */
export function classOfField(view: ViewClass, { name, dataClass }: FieldDeclaration): DataClass | undefined {
  return dataClass ?? classOfName(name, modelsOf(view));
}

/** Those of the class and of the classes that it extends, the oldest first. */
export function fieldsOf(view: ViewClass): readonly FieldDeclaration[] {
  const parent: unknown = Object.getPrototypeOf(view);
  const inherited = isViewClass(parent) ? fieldsOf(parent) : [];
  return [...inherited, ...(declarations.get(view) ?? [])];
}

function isViewClass(value: unknown): value is ViewClass {
  return typeof value === 'function' && value !== Function.prototype;
}

function document(options: FieldOptions): PropertyDecorator {
  const { description, example } = options;
  const nested = options.list ?? options.view;
  return ApiProperty({
    ...Object.fromEntries(Object.entries({ description, example }).filter(([, value]) => value !== undefined)),
    ...(options.nullable === true && { nullable: true }),
    ...(options.enum !== undefined && { enum: [...options.enum] }),
    ...(options.format !== undefined && { type: String, format: options.format }),
    ...(nested !== undefined && { type: nested, isArray: options.list !== undefined }),
    ...(options.requires !== undefined && { 'x-requires': options.requires }),
    // A hidden field without a mask is absent: clients must not count on it.
    required: options.optional !== true && (options.requires === undefined || options.mask !== undefined),
  });
}
