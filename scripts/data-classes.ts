import { Failure } from './bootstrap/failure.mjs';

/** From what anybody may know to what nobody may: docs/adr/0031-data-classes.md. */
const dataClasses = ['public', 'internal', 'personal', 'clinical', 'secret'] as const;

/** Class by column, by model. */
type Classes = Record<string, Record<string, string>>;

/**
 * The class of each column of these schema files, from the line `/// @class` of its documentation. Relations are no columns.
 * Throws a `Failure` that names every column without a class, or with one that there is not. @control A11.1
 */
export function readDataClasses(schemas: readonly string[]): Classes {
  const text = schemas.join('\n');
  const models = [...text.matchAll(/^model (\w+) \{$(.*?)^\}/gms)];
  const names = new Set(models.map(([, model]) => model));
  const problems: string[] = [];
  const classes: Classes = {};
  for (const [, model = '', body = ''] of models) {
    const columns = [...body.matchAll(/((?:^ *\/\/\/.*\n)*)^ *(\w+) +(\w+)/gm)].filter(
      ([, , , type]) => !names.has(type),
    );
    classes[model] = Object.fromEntries(
      columns.map(([, documentation = '', column = '']) => {
        const tag = /\/\/\/ @class (\w+)$/m.exec(documentation)?.[1] ?? '';
        if (!dataClasses.some((known) => known === tag)) problems.push(`${model}.${column}`);
        return [column, tag];
      }),
    );
  }
  if (problems.length > 0) {
    const tags = dataClasses.join('|');
    throw new Failure(`Columns without a data class (/// @class ${tags}, above the field): ${problems.join(', ')}`);
  }
  return classes;
}

/** The TypeScript that the application reads. */
export function writeDataClasses(classes: Classes): string {
  const rows = Object.entries(classes).map(([model, columns]) => `  ${model}: ${JSON.stringify(columns)},\n`);
  return [
    '// Generated from prisma/schema by npm run generate.\n',
    `export const dataClasses = ${JSON.stringify(dataClasses)} as const;\n`,
    `export const fieldClasses = {\n${rows.join('')}} as const;\n`,
  ].join('');
}
