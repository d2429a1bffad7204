import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const selection = z.record(z.string(), z.union([scalar, z.array(scalar).min(1)]));

/** What of Sigma our rules may use. A member that is not here fails: a matcher that looks away proves nothing. */
const ruleSchema = z.strictObject({
  title: z.string().min(1),
  id: z.uuid(),
  status: z.enum(['experimental', 'test', 'stable']),
  description: z.string().min(20),
  references: z.array(z.string()).min(1),
  author: z.string(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  tags: z.array(z.string().regex(/^attack\.(?:t\d{4}(?:\.\d{3})?|[a-z]+(?:-[a-z]+)*)$/)).min(1),
  logsource: z.strictObject({ product: z.literal('rampart'), service: z.literal('security') }),
  detection: z.object({ condition: z.string() }).catchall(selection),
  falsepositives: z.array(z.string()).min(1),
  level: z.enum(['low', 'medium', 'high', 'critical']),
});

export type SigmaRule = z.infer<typeof ruleSchema>;

export class SigmaUnknown extends Error {}

export function parseRule(text: string): SigmaRule {
  return ruleSchema.parse(parse(text));
}

export function sigmaRules(): { readonly name: string; readonly rule: SigmaRule }[] {
  return globSync('deploy/monitoring/sigma/*.yml')
    .toSorted()
    .map((path) => ({ name: basename(path, '.yml'), rule: parseRule(readFileSync(path, 'utf8')) }));
}

/** Of the Sigma specification, version 2: all fields of a selection, any value of a list, without regard to case. */
export function matches({ detection }: SigmaRule, event: unknown): boolean {
  const { condition, ...selections } = detection;
  const tokens = condition.split(/\s+/);
  const holds = (name: string): boolean => {
    const found = Object.hasOwn(selections, name) ? selections[name] : undefined;
    if (found === undefined || typeof found === 'string') throw new SigmaUnknown(`condition: ${name}`);
    return Object.entries(found).every(([field, wanted]) => isField(field, [wanted].flat().map(String), event));
  };
  // `or` binds least, then `and`, then `not`.
  return splitAt(tokens, 'or').some((part) =>
    splitAt(part, 'and').every((term) => {
      const isNegated = term[0] === 'not';
      const [name, ...rest] = isNegated ? term.slice(1) : term;
      if (name === undefined || rest.length > 0) throw new SigmaUnknown(`condition: ${term.join(' ')}`);
      return holds(name) !== isNegated;
    }),
  );
}

function splitAt(tokens: readonly string[], word: string): string[][] {
  const parts: string[][] = [[]];
  for (const token of tokens) {
    if (token === word) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

const comparisons: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  equals: (value, wanted) => value === wanted,
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
  contains: (value, wanted) => value.includes(wanted),
};

function isField(field: string, wanted: readonly string[], event: unknown): boolean {
  const [path = '', modifier = 'equals', ...more] = field.split('|');
  const compare = Object.hasOwn(comparisons, modifier) ? comparisons[modifier] : undefined;
  if (compare === undefined || more.length > 0) throw new SigmaUnknown(`modifier: ${field}`);
  for (const one of wanted) if (/[*?\\]/.test(one)) throw new SigmaUnknown(`wildcard: ${one}`);
  const values = valuesAt(event, path.split('.')).map((value) => String(value).toLowerCase());
  return values.some((value) => wanted.some((one) => compare(value, one.toLowerCase())));
}

/** Of a list any. */
function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (Array.isArray(value))
    return value.flatMap((one: unknown) => valuesAt(one, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return value === undefined || value === null ? [] : [value];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  return valuesAt((value as Record<string, unknown>)[name], rest);
}
