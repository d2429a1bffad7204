import { randomUUID } from 'node:crypto';
import { median } from './measure.ts';
import type { LoadGenerator, Service } from './processes.ts';
import type { Site } from './site.ts';

/** Sign-ins for each kind of account, in turn. */
const LOGINS = 200;
const LOGINS_PER_SECOND = 20;
/** Requests whose time is taken, one after the other with a pause between them: a server that is not busy otherwise. */
const SAMPLES = 1500;
const PAUSE_MS = 4;

export interface SignInTimes {
  /** Medians, in milliseconds. */
  readonly knownMs: number;
  readonly unknownMs: number;
}

export interface MissingTimes {
  /** Medians, in milliseconds. */
  readonly foreignMs: number;
  readonly absentMs: number;
}

export interface ReadTimes {
  /** 99th percentiles of GET /v1/me, in milliseconds. */
  readonly idleP99Ms: number;
  readonly busyP99Ms: number;
}

/**
 * How long a refused sign-in takes for an account that exists and for one that does not (CWE-208). Each is tried once and from
 * an address of its own, so that no limit is reached.
 */
export async function compareSignIns(site: Site, server: Service): Promise<SignInTimes> {
  const accounts = await site.addAccounts(LOGINS);
  const times = { known: [] as number[], unknown: [] as number[] };
  for (const [index, { email }] of accounts.entries()) {
    const turns = [
      ['known', email],
      ['unknown', `nobody-${email}`],
    ] as const;
    for (const [kind, address] of index % 2 === 0 ? turns : turns.toReversed()) {
      times[kind].push(
        await refusedSignIn(server, address, `10.${kind === 'known' ? 1 : 2}.${index >> 8}.${index & 255}`),
      );
    }
  }
  return { knownMs: median(times.known), unknownMs: median(times.unknown) };
}

async function refusedSignIn(server: Service, email: string, address: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${server.origin}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ email, password: 'a password that is wrong' }),
  });
  await response.arrayBuffer();
  if (response.status !== 401) throw new Error(`a refused sign-in was answered with ${response.status}`);
  return performance.now() - began;
}

/** How long a 404 takes for a patient of somebody else and for one that does not exist (API1:2023). */
export async function compareMissing(site: Site, server: Service): Promise<MissingTimes> {
  const headers = await site.signIn(server);
  const foreignId = await site.foreignPatientId();
  const times = { foreign: [] as number[], absent: [] as number[] };
  for (let index = 0; index < 2 * LOGINS; index += 1) {
    const turns = [
      ['foreign', foreignId],
      ['absent', randomUUID()],
    ] as const;
    for (const [kind, id] of index % 2 === 0 ? turns : turns.toReversed()) {
      const began = performance.now();
      const response = await fetch(`${server.origin}/v1/patients/${id}`, { headers });
      await response.arrayBuffer();
      if (response.status !== 404) throw new Error(`a patient that is not there was answered with ${response.status}`);
      times[kind].push(performance.now() - began);
    }
  }
  return { foreignMs: median(times.foreign), absentMs: median(times.absent) };
}

/** What hashing passwords does to everybody else: reads by themselves, and while people sign in. */
export async function compareReads(site: Site, server: Service, load: LoadGenerator): Promise<ReadTimes> {
  const headers = await site.signIn(server);
  const bodies = (await site.addAccounts(LOGINS_PER_SECOND)).map((account) => JSON.stringify(account));
  const signIns = { url: `${server.origin}/v1/auth/login`, bodies, perSecond: LOGINS_PER_SECOND };
  // From here on the device is known: people who come back, and no mails.
  await load.run({ ...signIns, duration: 2 });
  const sample = () => p99OfReads(server, headers);
  await sample();
  const idleP99Ms = await sample();
  const logins = load.run({
    ...signIns,
    duration: Math.ceil((SAMPLES * (PAUSE_MS + 2)) / 1000),
  });
  const busyP99Ms = await sample();
  await logins;
  return { idleP99Ms, busyP99Ms };
}

async function p99OfReads(server: Service, headers: Record<string, string>): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const began = performance.now();
    const response = await fetch(`${server.origin}/v1/me`, { headers });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`GET /v1/me was answered with ${response.status}`);
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times.toSorted((a, b) => a - b)[Math.floor(SAMPLES * 0.99)] ?? NaN;
}
