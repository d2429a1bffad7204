import { type ChildProcess, type ForkOptions, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Failure } from '../../scripts/bootstrap/failure.mjs';
import type { LoadJob, LoadResult } from './load-worker.ts';

const STOP_PATIENCE_MS = 5000;
const START_PATIENCE_MS = 20_000;
const POLL_MS = 5;
/** Linux counts CPU time in ticks of a hundredth of a second. */
const TICK_US = 10_000;

const running = new Set<ChildProcess>();

/** Ends what this bench has started, and nothing else: by the handle of each process. For an 'exit' handler. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

function own(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A server under test. Loopback only. */
export class Service {
  readonly origin: string;
  /** From the start of the process to its first answer. */
  readonly startMs: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, origin: string, startMs: number) {
    this.child = child;
    this.origin = origin;
    this.startMs = startMs;
  }

  static async start(command: readonly string[], cwd: string, env: Record<string, string>): Promise<Service> {
    const [port, managementPort] = [await freePort(), await freePort()];
    const ports = { HOST: '127.0.0.1', PORT: String(port), MANAGEMENT_PORT: String(managementPort) };
    const began = performance.now();
    const child = own(
      spawn(process.execPath, command, {
        cwd,
        env: { ...env, ...ports },
        // The access log is written as it is elsewhere; nobody reads it here.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    );
    const origin = `http://127.0.0.1:${port}`;
    await firstAnswer(child, `${origin}/health/live`, command.at(-1) ?? '');
    return new Service(child, origin, performance.now() - began);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await exited;
    clearTimeout(impatience);
  }

  /** Sends a message and waits until it comes back. Only the bench's own server answers. */
  async tell(message: string): Promise<void> {
    const answered = once(this.child, 'message');
    this.child.send(message);
    await answered;
  }

  /** Resident memory in bytes. */
  residentBytes(): number {
    const kib =
      process.platform === 'linux'
        ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]
        : execFileSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)], { encoding: 'utf8' }).trim();
    return Number(kib) * 1024;
  }

  /** User and system time of all threads so far, in microseconds; undefined where the system does not tell. */
  cpuUs(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; after it, user and system time are fields 12 and 13.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  }
}

async function firstAnswer(child: ChildProcess, url: string, script: string): Promise<void> {
  const deadline = performance.now() + START_PATIENCE_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) break;
    const isAnswered = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (isAnswered) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Failure(`${script} did not start; what it printed above says why.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Failure('There is no free port on 127.0.0.1.');
  return address.port;
}

/** The load generator: one process for the whole bench, so that it is as warm for the last round as for the first. */
export class LoadGenerator {
  private readonly child: ChildProcess;

  constructor() {
    const options: ForkOptions = { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] };
    this.child = own(fork(new URL('load-worker.ts', import.meta.url), options));
  }

  /** Throws when a single request failed: a fast answer that is an error would be counted as a good one. */
  async run(job: LoadJob): Promise<LoadResult> {
    const result = await new Promise<LoadResult>((resolve, reject) => {
      const ended = (): void => reject(new Failure('The load generator ended.'));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message as LoadResult);
      });
      this.child.send(job);
    });
    if (result.failures > 0) throw new Failure(`${result.failures} requests to ${job.url} failed or were not 2xx.`);
    return result;
  }

  stop(): void {
    this.child.disconnect();
  }
}
