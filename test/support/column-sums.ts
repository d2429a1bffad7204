import { columns } from '../../src/platform/data-classes/index.js';
import { asOwner } from '../integration/open-database.ts';

/** What the server itself notes about every request, whatever becomes of it. */
const NOTED = new Set(['AuditEvent', 'AuditSeal', 'RouteUse', 'SecurityAlert', 'SecurityMeasure']);

const byModel = Map.groupBy(
  columns.filter(({ model }) => !NOTED.has(model)),
  ({ model }) => model,
);

const sumsOf = ([model, its]: [string, typeof columns]) => {
  const sums = its.map(({ column }) => `'${model}.${column}', sum(hashtextextended(x."${column}"::text, 0))::text`);
  return `SELECT jsonb_build_object('${model} rows', count(*)::text, ${sums.join(', ')}) AS sums FROM "${model}" x`;
};

type ColumnSums = Readonly<Record<string, string>>;

/** A sum over every column of every row of the database: what differs between two of them was written in between. */
export async function columnSums(): Promise<ColumnSums> {
  const tables = await asOwner<{ sums: ColumnSums }>([...byModel].map(sumsOf).join(' UNION ALL '));
  return Object.assign({}, ...tables.map(({ sums }) => sums)) as ColumnSums;
}

/** The columns, as `Model.column`, that somebody has written to since then. */
export async function writtenSince(before: ColumnSums): Promise<string[]> {
  const after = await columnSums();
  return Object.keys(after)
    .filter((name) => before[name] !== after[name])
    .toSorted();
}
