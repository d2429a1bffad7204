import { compare, satisfies, valid } from 'semver';
import { z } from 'zod';
import { type Exception, isExcepted } from './exceptions.ts';

/** What we read of an advisory in the format of OSV (https://ossf.github.io/osv-schema/), which GitHub's database is in. */
const eventSchema = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
});
const advisorySchema = z.object({
  id: z.string(),
  summary: z.string().optional(),
  published: z.iso.datetime(),
  withdrawn: z.string().optional(),
  affected: z.array(
    z.object({
      package: z.object({ ecosystem: z.string(), name: z.string() }),
      ranges: z.array(z.object({ events: z.array(eventSchema) })).default([]),
      versions: z.array(z.string()).default([]),
    }),
  ),
  database_specific: z.object({ severity: z.string().optional() }).optional(),
});
export const advisoriesSchema = z.array(advisorySchema);
export type Advisory = z.infer<typeof advisorySchema>;

export interface Component {
  readonly name: string;
  readonly version: string;
}

const HOUR_MS = 3_600_000;

/** Hours from publication to the fix in production: docs/vulnerability-policy.md. @control A9.1 */
export const DEADLINES_H = { critical: 48, high: 7 * 24, medium: 30 * 24, low: 90 * 24 } as const;
export type Severity = keyof typeof DEADLINES_H;

export interface Vulnerability {
  readonly id: string;
  readonly component: string;
  readonly severity: Severity;
  readonly due: Date;
  readonly state: 'open' | 'overdue' | 'excepted';
}

/** What of the components has a known hole, and by when it must be closed; the most urgent first. @control A9.1 */
export function findVulnerabilities(
  components: readonly Component[],
  advisories: readonly Advisory[],
  exceptions: readonly Exception[],
  now: Date,
): Vulnerability[] {
  const current = advisories.filter(({ withdrawn }) => withdrawn === undefined);
  return current
    .flatMap((advisory) => affectedOf(advisory, components).map((component) => ({ advisory, component })))
    .map(({ advisory, component: { name, version } }): Vulnerability => {
      const severity = severityOf(advisory);
      const due = new Date(Date.parse(advisory.published) + DEADLINES_H[severity] * HOUR_MS);
      const state = now > due ? 'overdue' : 'open';
      const isOut = isExcepted(advisory.id, exceptions, now);
      return { id: advisory.id, component: `${name}@${version}`, severity, due, state: isOut ? 'excepted' : state };
    })
    .toSorted((one, other) => one.due.getTime() - other.due.getTime());
}

/** An advisory that says nothing of its severity is taken for the worst. */
function severityOf({ database_specific: specific }: Advisory): Severity {
  const name = specific?.severity?.toLowerCase();
  if (name === 'moderate') return 'medium';
  return name === 'high' || name === 'medium' || name === 'low' ? name : 'critical';
}

function affectedOf({ affected }: Advisory, components: readonly Component[]): readonly Component[] {
  return components.filter((component) =>
    affected.some(
      ({ package: { ecosystem, name }, ranges, versions }) =>
        ecosystem === 'npm' &&
        name === component.name &&
        (versions.includes(component.version) || ranges.some(({ events }) => isWithin(component.version, events))),
    ),
  );
}

/** The last event at or below the version decides. A version that nobody can order is within: fails closed. */
function isWithin(version: string, events: readonly z.infer<typeof eventSchema>[]): boolean {
  if (valid(version) === null) return true;
  let isInside = false;
  for (const { introduced, fixed, last_affected: last } of events) {
    if (introduced !== undefined && (introduced === '0' || compare(version, introduced) >= 0)) isInside = true;
    if (fixed !== undefined && compare(version, fixed) >= 0) isInside = false;
    if (last !== undefined && satisfies(version, `>${last}`, { includePrerelease: true })) isInside = false;
  }
  return isInside;
}
