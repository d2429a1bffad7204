import { readFileSync } from 'node:fs';
import { z } from 'zod';

const requirement = z.strictObject({ id: z.string(), text: z.string() });
const practice = z.strictObject({
  id: z.string(),
  title: z.string(),
  standards: z.string(),
  requirements: z.array(requirement).min(1),
});
const risk = z.strictObject({ id: z.string(), title: z.string(), covers: z.array(z.string()).min(1) });
const asvsItem = z.strictObject({
  id: z.string(),
  level: z.int().min(1).max(3),
  chapter: z.string(),
  text: z.string(),
  kind: z.enum(['test', 'module', 'deployment']),
  place: z.string(),
});

/** How an applicable requirement of ASVS is met. `by` names test files, after `#` what the titles there must contain. */
const asvsAnswer = z.union([
  z.strictObject({ by: z.array(z.string()).min(1), why: z.string().min(1) }),
  z.strictObject({ document: z.string(), why: z.string().min(1) }),
  z.strictObject({ deployer: z.string().min(1) }),
  z.strictObject({ notYet: z.string().min(1) }),
]);

export type Practice = z.output<typeof practice>;
export type Risk = z.output<typeof risk>;
export type AsvsItem = z.output<typeof asvsItem>;
export type AsvsAnswer = z.output<typeof asvsAnswer>;

const read = (name: string): unknown => JSON.parse(readFileSync(`docs/practices/${name}.json`, 'utf8'));

/** The 36 rows, and the ten risks of the OWASP API Security Top 10 with the rows that answer them. */
export function readRequirements(): { practices: readonly Practice[]; owaspApi: readonly Risk[] } {
  return z.strictObject({ practices: z.array(practice), owaspApi: z.array(risk) }).parse(read('requirements'));
}

/** What of a requirement is not there although it has a control and tests: id to one sentence. */
export function readGaps(): Readonly<Record<string, string>> {
  return z.record(z.string(), z.string().min(1)).parse(read('gaps'));
}

/** The ids that a complete run has proved before, and must prove again. */
export function readBaseline(): readonly string[] {
  return z.array(z.string()).parse(read('proved'));
}

export function readAsvs(): { items: readonly AsvsItem[]; answers: Readonly<Record<string, AsvsAnswer>> } {
  const list = z.object({ applicable: z.array(asvsItem) }).parse(read('asvs'));
  return { items: list.applicable, answers: z.record(z.string(), asvsAnswer).parse(read('asvs-answers')) };
}
