import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { portOf } from './raw-request.ts';

/** Longer than any probe takes: one that hangs is stopped, and fails. */
const PROBE_MS = 60_000;

/** Runs an attack tool in a folder of its own, and gives what it says: its judgement is in there, and not in its exit code. */
export async function runProbe(tool: string, args: readonly string[], cwd = probeFolder()): Promise<string> {
  // Its settings and its memory of other runs stay out of it.
  const options = { cwd, timeout: PROBE_MS, env: { PATH: process.env['PATH'], HOME: cwd } };
  try {
    const { stdout } = await promisify(execFile)(tool, [...args], options);
    return stdout;
  } catch (failure) {
    // An exit code of its own is an answer, as hydra's 255 for "nothing found"; not to start, or not to end, is none.
    const { stdout, code } = failure as { stdout?: string; code?: unknown };
    if (stdout === undefined || typeof code !== 'number') throw failure;
    return stdout;
  }
}

export function probeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rampart-probe-'));
}

/** On a free port of loopback. */
export async function listen(app: NestFastifyApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${portOf(app)}`;
}

/** The status of each answer that a listening application gives from now on. */
export function watchAnswers(app: NestFastifyApplication): readonly number[] {
  const statuses: number[] = [];
  app.getHttpServer().on('request', (_request: unknown, response: ServerResponse) => {
    response.on('finish', () => statuses.push(response.statusCode));
  });
  return statuses;
}
