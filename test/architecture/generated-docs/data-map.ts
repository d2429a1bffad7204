import { columns, maskedNames, unencryptedColumns } from '../../../src/platform/data-classes/index.js';
import { policies } from '../../../src/platform/data-policy/index.js';
import { encryptedColumns } from '../../../src/platform/database/encrypted-columns.js';
import type { RouteDeclaration } from '../../../src/platform/pipeline/route-declaration.js';
import { modelsOf } from '../../../src/platform/serialization/index.js';
import { viewsOf } from '../../support/declared-fields.ts';
import { page, table } from './markdown.ts';

const HEAD = `# What is kept, and how

Generated from the classes in prisma/schema, [data-policy.ts](../src/platform/data-policy/data-policy.ts), the encrypted columns and the
views: \`npm run docs:generate\`. Why it is so: [ADR 31](adr/0031-data-classes.md), [ADR 32](adr/0032-retention-export-erasure.md).

- at rest: \`-\` is as it is, on a disk that the operator encrypts.
- log: whether a value under this name is masked.
- shown by: the views that have the column; who sees which view is in [field-access.md](field-access.md). Besides, everything but secrets
  is in the export of the person whom the rows belong to.

Outside of these tables: the queue of jobs (\`pgboss.job\`) holds what mails say, encrypted, for five minutes after it is done, and for a
day when nobody takes it.`;

/** The text of docs/data-map.md. */
export function describeData(routes: readonly RouteDeclaration[]): Promise<string> {
  const sections = [...policies].flatMap(([model, policy]) => [
    `## ${model}`,
    [
      `- kept: ${keptFor(policy.retention)}`,
      `- export: ${exportOf(policy)}`,
      ...(policy.survivesErasure === undefined
        ? []
        : [`- survives the erasure of its person: ${policy.survivesErasure}`]),
    ].join('\n'),
    table(
      ['column', 'class', 'at rest', 'log', 'shown by'],
      columns
        .filter((column) => column.model === model)
        .map(({ column, dataClass }) => [
          `\`${column}\``,
          dataClass,
          atRest(model, column),
          maskedNames.includes(column) ? 'masked' : '-',
          viewsOf(routes)
            .filter(
              ({ view, fields }) =>
                modelsOf(view).some((shown) => shown === model) && fields.some(({ name }) => name === column),
            )
            .map(({ view }) => view.name)
            .join(', ') || '-',
        ]),
    ),
  ]);
  return page([HEAD, ...sections]);
}

type Policy = typeof policies extends ReadonlyMap<string, infer P> ? P : never;

function keptFor(retention: Policy['retention']): string {
  if (typeof retention === 'string') return retention;
  const { after, period, unless } = retention;
  const moment = after.map((column) => `\`${column}\``).join(' or ');
  const time = period === undefined ? `until ${moment}` : `for \`${period}\` after ${moment}`;
  return unless === undefined ? time : `${time}, but for rows with ${unless}`;
}

function exportOf({ person, withheld = {} }: Policy): string {
  const rows =
    person === undefined ? 'none' : `by \`${person.by}\`${person.through ? ` of their ${person.through}` : ''}`;
  const reasons = Object.entries(withheld).map(([column, reason]) => `not by \`${column}\`: ${reason}`);
  return [rows, ...reasons].join('; ');
}

function atRest(model: string, column: string): string {
  const encrypted = Object.entries(encryptedColumns).find(([name]) => name === model)?.[1] ?? {};
  return Object.hasOwn(encrypted, column) ? 'encrypted' : (unencryptedColumns[`${model}.${column}`] ?? '-');
}
