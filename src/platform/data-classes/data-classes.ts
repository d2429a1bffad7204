import { dataClasses, fieldClasses } from './generated/field-classes.js';

/** How much harm a value does in the wrong hands, least first. */
export type DataClass = (typeof dataClasses)[number];

export type Model = keyof typeof fieldClasses;
/** Names of models that come out of a table are texts. */
export function isModel(name: string): name is Model {
  return Object.hasOwn(fieldClasses, name);
}

export type ColumnOf<M extends Model> = keyof (typeof fieldClasses)[M] & string;

interface Column {
  readonly model: string;
  readonly column: string;
  readonly dataClass: DataClass;
}

/** Every column of every model, with the class that prisma/schema gives it. @control A11.1 */
export const columns: readonly Column[] = Object.entries(fieldClasses).flatMap(([model, classes]) =>
  Object.entries(classes).map(([column, dataClass]) => ({ model, column, dataClass })),
);

export function isAtLeast(dataClass: DataClass, limit: DataClass): boolean {
  return dataClasses.indexOf(dataClass) >= dataClasses.indexOf(limit);
}

export function highestOf(classes: readonly DataClass[]): DataClass {
  return dataClasses.findLast((name) => classes.includes(name)) ?? 'public';
}

const byName = Map.groupBy(columns, ({ column }) => column);

/** The highest class that a column of this name has in one of these models, or anywhere; undefined for a name that no column has. */
export function classOfName(name: string, models: readonly Model[] = []): DataClass | undefined {
  const found = byName.get(name)?.filter(({ model }) => models.length === 0 || models.some((shown) => shown === model));
  return found?.length ? highestOf(found.map(({ dataClass }) => dataClass)) : undefined;
}

/** Names that mean something else in a line of the log, or that a security event is worthless without (ASVS 16.2.1). */
const LOGGED_NAMES = new Set(['context', 'ip', 'kind', 'reason']);

/** Names of columns whose values do not belong into a log: all that are personal, clinical or secret. @control A6.2 A11.2 */
export const maskedNames: readonly string[] = [...byName.keys()].filter(
  (name) => isAtLeast(classOfName(name) ?? 'public', 'personal') && !LOGGED_NAMES.has(name),
);
