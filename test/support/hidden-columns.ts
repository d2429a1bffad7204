import { columns } from '../../src/platform/data-classes/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { modelsOf } from '../../src/platform/serialization/index.js';
import { asOwner } from '../integration/open-database.ts';
import { viewsOf } from './declared-fields.ts';

/** What can hold a text that is nowhere else. Ids and numbers are not hidden by being in no view. */
const TEXTUAL = ['text', '_text', 'bytea', 'jsonb'];

/** No view has it, and still it is no secret. */
const KNOWN_TO_ALL: Readonly<Record<string, string>> = {
  'RouteUse.route': 'the templates of routes, which docs/routes.md has',
  'Recertification.membersDigest': 'RecertificationsView has the same value of the members as they are',
};

/** The columns whose values never leave, as `Model.column`: those that no view shows to anybody. */
export async function hiddenColumns(routes: readonly RouteDeclaration[]): Promise<string[]> {
  const shown = new Set(
    viewsOf(routes).flatMap(({ view, fields }) =>
      modelsOf(view).flatMap((model) => fields.map(({ name }) => `${model}.${name}`)),
    ),
  );
  const typed = await asOwner<{ name: string; type: string }>(
    `SELECT table_name || '.' || column_name AS name, udt_name AS type FROM information_schema.columns
     WHERE table_schema = 'public'`,
  );
  const textual = new Set(typed.filter(({ type }) => TEXTUAL.includes(type)).map(({ name }) => name));
  return columns
    .map(({ model, column }) => `${model}.${column}`)
    .filter((name) => textual.has(name) && !shown.has(name) && KNOWN_TO_ALL[name] === undefined);
}

/** What this column holds in rows that were written since then, in each form in which somebody might write it. */
export async function valuesOf(column: string, transaction: string): Promise<string[]> {
  const [model = '', name = ''] = column.split('.');
  const rows = await asOwner<{ value: unknown }>(
    `SELECT "${name}" AS value FROM "${model}" x WHERE x.xmin::text::bigint >= $1 AND "${name}" IS NOT NULL`,
    [transaction],
  );
  return rows.flatMap(({ value }) => formsOf(value));
}

function formsOf(value: unknown): string[] {
  if (Buffer.isBuffer(value)) return [value.toString('hex'), value.toString('base64url'), [...value].join(',')];
  return [unpadded(typeof value === 'string' ? value : JSON.stringify(value))];
}

/** Both kinds of base64 as one. */
export function unpadded(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
