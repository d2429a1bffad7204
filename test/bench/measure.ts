import type { LoadGenerator, Service } from './processes.ts';

export const CONNECTIONS = 32;

/** One of the things that are compared: a server, and what to ask it. */
export interface Contender {
  readonly service: Service;
  readonly url: string;
  readonly headers: Record<string, string>;
  /** What has to happen before each of its rounds. */
  readonly prepare?: () => Promise<void>;
}

export interface Figures {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  /** CPU time of the server, all threads, per request: steadier than throughput when others use the machine. */
  readonly cpuUs: number | null;
}

export interface Duel {
  readonly a: Figures;
  readonly b: Figures;
  /** Throughput of `b` over that of `a`: the median of the rounds, each of which compares neighbours in time. */
  readonly ratio: number;
  /** The same from CPU time per request. */
  readonly cpuRatio: number | null;
  readonly ratios: readonly number[];
}

interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
}

/** A server needs tens of thousands of requests before its code is compiled as well as it will be. */
export async function warmUp(load: LoadGenerator, contender: Contender, seconds: number): Promise<void> {
  await run(load, contender, seconds);
}

/** Rounds in turn, A B, B A, A B, ..., so that whatever else the machine does meets both alike. */
export async function duel(load: LoadGenerator, a: Contender, b: Contender, plan: Rounds): Promise<Duel> {
  const ofA: Figures[] = [];
  const ofB: Figures[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const isAFirst = round % 2 === 0;
    if (isAFirst) ofA.push(await run(load, a, plan.seconds));
    ofB.push(await run(load, b, plan.seconds));
    if (!isAFirst) ofA.push(await run(load, a, plan.seconds));
  }
  const ratios = ofB.map((figures, round) => figures.requestsPerSecond / (ofA[round]?.requestsPerSecond ?? NaN));
  const [first, second] = [medians(ofA), medians(ofB)];
  const cpuRatio = first.cpuUs === null || second.cpuUs === null ? null : first.cpuUs / second.cpuUs;
  return { a: first, b: second, ratio: median(ratios), cpuRatio, ratios };
}

async function run(load: LoadGenerator, contender: Contender, duration: number): Promise<Figures> {
  const { service, url, headers, prepare } = contender;
  await prepare?.();
  const before = service.cpuUs();
  const { requests, seconds, p99Ms } = await load.run({ url, headers, connections: CONNECTIONS, duration });
  const after = service.cpuUs();
  const cpuUs = before === undefined || after === undefined ? null : (after - before) / requests;
  return { requestsPerSecond: requests / seconds, p99Ms, cpuUs };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

function medians(rounds: readonly Figures[]): Figures {
  const cpu = rounds.flatMap(({ cpuUs }) => (cpuUs === null ? [] : [cpuUs]));
  return {
    requestsPerSecond: median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuUs: cpu.length === 0 ? null : median(cpu),
  };
}
