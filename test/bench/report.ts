import type { Duel, Figures } from './measure.ts';
import type { MissingTimes, ReadTimes, SignInTimes } from './sign-in.ts';

/** Design figures, see "Figures to reach": what the bench is held against. */
export const targets = {
  one: 0.45,
  list: 0.4,
  coldStartMs: 2000,
  residentMib: 200,
  signInDifference: 0.1,
  missingDifference: 0.1,
  busyRatio: 2,
} as const;

export interface StepCost {
  readonly title: string;
  readonly standIn: string | null;
  /** With the step off. */
  readonly requestsPerSecond: number;
  /** Share of a request's time that the step takes. */
  readonly cost: number;
  /** CPU time that the step takes; null where the system does not tell. */
  readonly cpuUs: number | null;
}

export interface Report extends SignInTimes, MissingTimes, ReadTimes {
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly connections: number;
  readonly one: Duel;
  readonly list: Duel;
  readonly coldStartMs: number;
  readonly residentMib: number;
  readonly steps: readonly StepCost[];
}

export function stepCost(title: string, standIn: string | undefined, { a, b, ratio }: Duel): StepCost {
  return {
    title,
    standIn: standIn ?? null,
    requestsPerSecond: b.requestsPerSecond,
    cost: 1 - 1 / ratio,
    cpuUs: a.cpuUs === null || b.cpuUs === null ? null : a.cpuUs - b.cpuUs,
  };
}

const signInDifference = ({ knownMs, unknownMs }: SignInTimes): number => Math.abs(unknownMs / knownMs - 1);
const missingDifference = ({ foreignMs, absentMs }: MissingTimes): number => Math.abs(foreignMs / absentMs - 1);
const busyRatio = ({ idleP99Ms, busyP99Ms }: ReadTimes): number => busyP99Ms / idleP99Ms;

export function missedTargets(report: Report): string[] {
  const { one, list, coldStartMs, residentMib } = report;
  return [
    ...(one.ratio < targets.one ? ['one row'] : []),
    ...(list.ratio < targets.list ? ['list of 20'] : []),
    ...(coldStartMs > targets.coldStartMs ? ['cold start'] : []),
    ...(residentMib > targets.residentMib ? ['resident memory'] : []),
    ...(signInDifference(report) > targets.signInDifference ? ['unknown accounts'] : []),
    ...(missingDifference(report) > targets.missingDifference ? ['patients of somebody else'] : []),
    ...(busyRatio(report) > targets.busyRatio ? ['reads while people sign in'] : []),
  ];
}

const columns = (...cells: (string | [string, number])[]): string =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(62) : String(cell).padStart(12))).join('');

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const cpu = (value: number | null): string => (value === null ? '-' : value.toFixed(0));
const verdict = (isReached: boolean): string => (isReached ? 'reached' : 'MISSED');

export function duelTable(title: string, { a, b, ratio, cpuRatio, ratios }: Duel, target: number): string {
  const line = (name: string, { requestsPerSecond, p99Ms, cpuUs }: Figures): string =>
    columns(`  ${name}`, whole(requestsPerSecond), String(p99Ms), cpu(cpuUs));
  const rounds = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const byCpu = cpuRatio === null ? '' : `, by CPU time ${cpuRatio.toFixed(2)}`;
  return [
    columns(title, 'req/s', 'p99 ms', 'CPU us/req'),
    line('bare Fastify + pg, prepared', a),
    line('Rampart, every control on', b),
    `  ratio ${ratio.toFixed(2)} (rounds ${rounds}${byCpu}), target ${target.toFixed(2)}: ${verdict(ratio >= target)}`,
    '',
  ].join('\n');
}

export function lifeTable(coldStartMs: number, residentMib: number, requests: number): string {
  const line = (title: string, value: string, target: string, isReached: boolean): string =>
    `${title.padEnd(62)}${value.padStart(12)}, target ${target}: ${verdict(isReached)}`;
  return [
    line(
      'Cold start, process to first 200',
      `${whole(coldStartMs)} ms`,
      `${whole(targets.coldStartMs)} ms`,
      coldStartMs <= targets.coldStartMs,
    ),
    line(
      `Resident memory after ${whole(requests)} requests`,
      `${whole(residentMib)} MiB`,
      `${targets.residentMib} MiB`,
      residentMib <= targets.residentMib,
    ),
    '',
  ].join('\n');
}

export function signInTable(times: SignInTimes & MissingTimes & ReadTimes): string {
  const difference = signInDifference(times);
  const missing = missingDifference(times);
  const ratio = busyRatio(times);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const line = (title: string, first: string, second: string, outcome: string): string =>
    `${title.padEnd(50)}${first.padStart(12)}${second.padStart(12)}, ${outcome}`;
  return [
    line(
      'Refused sign-in, account known / unknown',
      ms(times.knownMs),
      ms(times.unknownMs),
      `apart ${(difference * 100).toFixed(1)} %, target ${targets.signInDifference * 100} %: ${verdict(difference <= targets.signInDifference)}`,
    ),
    line(
      'A patient that is not there, foreign / absent',
      ms(times.foreignMs),
      ms(times.absentMs),
      `apart ${(missing * 100).toFixed(1)} %, target ${targets.missingDifference * 100} %: ${verdict(missing <= targets.missingDifference)}`,
    ),
    line(
      'p99 of GET /v1/me, idle / 20 sign-ins per second',
      ms(times.idleP99Ms),
      ms(times.busyP99Ms),
      `ratio ${ratio.toFixed(2)}, target ${targets.busyRatio}: ${verdict(ratio <= targets.busyRatio)}`,
    ),
    '',
  ].join('\n');
}

export function stepHeading(): string {
  return columns('GET one patient, one step switched off', 'req/s', 'cost', 'CPU us/req');
}

export function stepLine({ title, standIn, requestsPerSecond, cost, cpuUs }: StepCost): string {
  const name = standIn === null ? `  ${title}` : `  ${title} (${standIn})`;
  return columns(name, whole(requestsPerSecond), `${(cost * 100).toFixed(0)} %`, cpu(cpuUs));
}
