import { readAsvs, readBaseline, readGaps, readRequirements } from './lists.ts';
import { readMarks } from './marks.ts';
import {
  count,
  judgeAsvs,
  judgePractices,
  judgeRisks,
  type AsvsResult,
  type Outcome,
  type PracticeResult,
  type RiskResult,
} from './states.ts';

export interface Evidence {
  readonly madeAt: string;
  readonly node: string;
  readonly totals: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly practices: readonly PracticeResult[];
  readonly owaspApi: readonly RiskResult[];
  readonly asvs: readonly AsvsResult[];
  /** What was proved before and is not any more. */
  readonly lost: readonly string[];
}

/** Everything that a complete run of the tests shows. */
export function makeEvidence(outcomes: readonly Outcome[], madeAt: Date): Evidence {
  const { practices, owaspApi } = readRequirements();
  const { items, answers } = readAsvs();
  const results = judgePractices(practices, { controls: readMarks().controls, outcomes, gaps: readGaps() });
  const proved = provedIds(results);
  return {
    madeAt: madeAt.toISOString(),
    node: process.version,
    totals: count(outcomes),
    practices: results,
    owaspApi: judgeRisks(owaspApi, results),
    asvs: judgeAsvs(items, answers, outcomes),
    lost: readBaseline().filter((id) => !proved.includes(id) && !isSkipped(results, id)),
  };
}

/** Whole or in part: what has a control and a passing test, and no failing one. */
function provedIds(practices: readonly PracticeResult[]): string[] {
  return practices.flatMap(({ requirements }) =>
    requirements.filter(({ state }) => state === 'proved' || state === 'partly').map(({ id }) => id),
  );
}

/** Without the program that they talk to, tests are skipped by name (test/support/tools.ts): nothing is lost, nothing proved. */
function isSkipped(practices: readonly PracticeResult[], id: string): boolean {
  return practices.some(({ requirements }) =>
    requirements.some((one) => one.id === id && one.skipped > 0 && one.passed + one.failed === 0),
  );
}

/** Practice by practice, for the terminal. */
export function shortTable({ practices, asvs }: Evidence): string {
  const rows = practices.map(({ id, title, state, passed, requirements }) => {
    const done = requirements.filter((one) => one.state === 'proved').length;
    const share = `${done}/${requirements.length}`.padStart(5);
    return `  ${id.padEnd(4)}${state.padEnd(9)}${share} ${String(passed).padStart(5)}  ${title}`;
  });
  const of = (state: string): number => asvs.filter((item) => item.state === state).length;
  return [
    'Practices: state, requirements proved whole, tests passed.',
    ...rows,
    `ASVS 5.0: ${of('proved')} proved, ${of('documented')} documented, ${of('deployer')} left to the deployer, ${of('not yet') + of('failed')} not yet, of ${asvs.length} that apply.`,
    'In full: evidence/index.html',
  ].join('\n');
}
