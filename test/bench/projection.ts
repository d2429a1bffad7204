import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';
import { Failure, runScript } from '../../scripts/bootstrap/failure.mjs';
import { median } from './measure.ts';
import { built } from './steps.ts';

/**
 * What it takes to reduce a page of 100 patients to what a clinician may see: the compiled projection of the built server, and
 * class-transformer with the same fields, mask and dates, as an allow-list. Both make the same answer, or it fails.
 */
const ROWS = 100;
const TARGET = 10;
const ROUNDS = 15;
const PASSES = 200;

type Serialization = typeof import('../../src/platform/serialization/index.js');
type Projections = typeof import('../../src/platform/serialization/projection.js');
type Views = typeof import('../../src/clinic/patients/patients.views.js');
type Roles = typeof import('../../src/roles.js');

const { fieldsOf, pageOf } = await built<Serialization>('platform/serialization/index.js');
const { Projection } = await built<Projections>('platform/serialization/projection.js');
const { PatientView } = await built<Views>('clinic/patients/patients.views.js');
const { roles } = await built<Roles>('roles.js');

const permissions = new Set(roles.clinician.permissions);

class Patient {
  id = '';
}
class Page {
  items: Patient[] = [];
  nextCursor: string | null = null;
}

Expose()(Page.prototype, 'items');
Expose()(Page.prototype, 'nextCursor');
for (const { name, requires, mask } of fieldsOf(PatientView)) {
  const isHidden = requires !== undefined && !permissions.has(requires as never);
  if (isHidden && mask === undefined) continue;
  Expose()(Patient.prototype, name);
  if (isHidden && mask !== undefined) {
    Transform(({ value }: { value: unknown }) => mask(String(value)))(Patient.prototype, name);
  }
}

/** As a prepared read gives it. */
const rowOf = (index: number) => ({
  id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  givenName: 'Ada',
  familyName: 'Lovelace',
  birthDate: '1984-02-29',
  nationalId: `AB-123${index}567-C`,
  phone: '+442079460123',
  address: '12 St James Square, London',
  createdAt: '2026-01-31T09:30:00.123Z',
  updatedAt: '2026-01-31T09:30:00.123Z',
});
const rows = Array.from({ length: ROWS }, (_, index) => rowOf(index));
/** Made beforehand: what it takes to make instances of rows is not counted. */
const page = Object.assign(new Page(), { items: rows.map((row) => Object.assign(new Patient(), row)) });
const projection = new Projection(pageOf(PatientView), false);

const contenders = {
  'compiled projection': () => projection.project({ items: rows, nextCursor: null }, permissions),
  'class-transformer': () => instanceToPlain(page, { strategy: 'excludeAll' }),
};

/** Microseconds for one page. */
function timeOf(work: () => unknown): number {
  const start = performance.now();
  for (let pass = 0; pass < PASSES; pass += 1) work();
  return ((performance.now() - start) / PASSES) * 1000;
}

async function main(): Promise<void> {
  const { 'compiled projection': ours, 'class-transformer': theirs } = contenders;
  if (JSON.stringify(sorted(ours())) !== JSON.stringify(sorted(theirs()))) throw new Failure('The answers differ.');
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: timeOf(ours), theirs: timeOf(theirs) }));
  const ratio = median(rounds.map((round) => round.theirs / round.ours));
  const line = (name: string, us: number) => console.log(`${name.padEnd(22)}${us.toFixed(1).padStart(9)} us per page`);
  line('compiled projection', median(rounds.map((round) => round.ours)));
  line('class-transformer', median(rounds.map((round) => round.theirs)));
  console.log(`${'ratio'.padEnd(22)}${ratio.toFixed(1).padStart(9)} (target: ${TARGET} or more)`);
  if (ratio < TARGET) throw new Failure(`Missed: ${ratio.toFixed(1)} instead of ${TARGET}.`);
}

/** The order of names is not the question. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

await runScript(main);
