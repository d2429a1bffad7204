import type { AsvsAnswer, AsvsItem, Practice, Risk } from './lists.ts';
import type { Mark } from './marks.ts';
import { idsOf } from './marks.ts';

export interface Outcome {
  readonly file: string;
  /** Titles from the outermost `describe` to the test. */
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
}

export type State = 'proved' | 'partly' | 'failed' | 'not yet';

export interface RequirementResult {
  readonly id: string;
  readonly text: string;
  readonly state: State;
  readonly gap?: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly controls: readonly Mark[];
  readonly files: readonly string[];
}

export interface PracticeResult {
  readonly id: string;
  readonly title: string;
  readonly state: State;
  /** Tests that carry one of its ids; each counts once, however many it carries. */
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly requirements: readonly RequirementResult[];
}

interface Facts {
  readonly controls: readonly Mark[];
  readonly outcomes: readonly Outcome[];
  readonly gaps: Readonly<Record<string, string>>;
}

export function judgePractices(practices: readonly Practice[], facts: Facts): PracticeResult[] {
  const byId = new Map<string, Outcome[]>();
  for (const outcome of facts.outcomes) {
    for (const id of idsOf(outcome.name)) byId.set(id, [...(byId.get(id) ?? []), outcome]);
  }
  return practices.map(({ id, title, requirements }) => {
    const results = requirements.map((requirement) => judge(requirement, byId.get(requirement.id) ?? [], facts));
    const own = new Set(requirements.flatMap((requirement) => byId.get(requirement.id) ?? []));
    return { id, title, state: together(results.map(({ state }) => state)), ...count([...own]), requirements: results };
  });
}

function judge(
  { id, text }: { id: string; text: string },
  outcomes: readonly Outcome[],
  { controls, gaps }: Facts,
): RequirementResult {
  const figures = count(outcomes);
  const own = controls.filter((mark) => mark.id === id);
  const gap = gaps[id];
  const isProved = own.length > 0 && figures.passed > 0;
  const provedState: State = gap === undefined ? 'proved' : 'partly';
  return {
    id,
    text,
    state: figures.failed > 0 ? 'failed' : isProved ? provedState : 'not yet',
    ...(gap === undefined ? {} : { gap }),
    ...figures,
    controls: own,
    files: [...new Set(outcomes.map(({ file }) => file))].toSorted(),
  };
}

/** Of a row: proved when all of it is, failed when anything is. */
export function together(states: readonly State[]): State {
  if (states.includes('failed')) return 'failed';
  if (states.every((state) => state === 'proved')) return 'proved';
  return states.every((state) => state === 'not yet') ? 'not yet' : 'partly';
}

export function count(outcomes: readonly Outcome[]): { passed: number; failed: number; skipped: number } {
  const of = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

export interface RiskResult extends Risk {
  readonly state: State;
  readonly passed: number;
}

/** A risk is answered by the rows and requirements that requirements.json names for it. */
export function judgeRisks(risks: readonly Risk[], practices: readonly PracticeResult[]): RiskResult[] {
  return risks.map((risk) => {
    const parts = practices.flatMap((practice): readonly { state: State; passed: number }[] =>
      risk.covers.includes(practice.id)
        ? [practice]
        : practice.requirements.filter(({ id }) => risk.covers.includes(id)),
    );
    return {
      ...risk,
      state: together(parts.map(({ state }) => state)),
      passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    };
  });
}

export type AsvsState = 'proved' | 'documented' | 'deployer' | 'not yet' | 'failed';

export interface AsvsResult extends AsvsItem {
  readonly state: AsvsState;
  readonly why: string;
  readonly evidence: readonly string[];
}

export function judgeAsvs(
  items: readonly AsvsItem[],
  answers: Readonly<Record<string, AsvsAnswer>>,
  outcomes: readonly Outcome[],
): AsvsResult[] {
  return items.map((item) => ({ ...item, ...answerOf(answers[item.id], outcomes) }));
}

function answerOf(
  answer: AsvsAnswer | undefined,
  outcomes: readonly Outcome[],
): { state: AsvsState; why: string; evidence: string[] } {
  if (answer === undefined) return { state: 'not yet', why: 'nobody has looked at it', evidence: [] };
  if ('deployer' in answer) return { state: 'deployer', why: answer.deployer, evidence: [] };
  if ('notYet' in answer) return { state: 'not yet', why: answer.notYet, evidence: [] };
  if ('document' in answer) return { state: 'documented', why: answer.why, evidence: [answer.document] };
  const states = answer.by.map((reference) => {
    const { passed, failed } = count(outcomes.filter((outcome) => isMeant(reference, outcome)));
    return failed > 0 ? 'failed' : passed > 0 ? 'proved' : 'not yet';
  });
  const evidence = answer.by.map((reference) => reference.replace(/#.*/, ''));
  const worst = (['failed', 'not yet'] as const).find((state) => states.includes(state)) ?? 'proved';
  return { state: worst, why: answer.why, evidence };
}

function isMeant(reference: string, { file, name }: Outcome): boolean {
  const [path, words = ''] = reference.split('#');
  return file === path && name.includes(words);
}
