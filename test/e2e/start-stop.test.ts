import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describe, expect, it, vi } from 'vitest';
import { PasswordHasher } from '../../src/platform/crypto/index.js';
import { ManagementListener } from '../../src/platform/health/index.js';
import { failStart, StartRefused } from '../../src/platform/process/index.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { TestOrganization } from '../support/organization.ts';
import { portOf } from '../support/raw-request.ts';

class Exit extends Error {
  constructor(readonly code: unknown) {
    super(`exit ${String(code)}`);
  }
}

/** What a failed start writes, and the code it ends with. */
function failWith(error: unknown): { written: string; code: unknown } {
  let written = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
    written += String(line);
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Exit(code);
  });
  let code: unknown;
  try {
    failStart(error);
  } catch (exit) {
    code = exit instanceof Exit ? exit.code : exit;
  }
  vi.restoreAllMocks();
  return { written, code };
}

describe('a start that fails', () => {
  it('says why in the words of the refusal, without a stack, and ends with 1', () => {
    const refusal = new StartRefused('The database is away.', { cause: new Error('inside') });
    expect(failWith(refusal)).toEqual({ written: 'The database is away.\n', code: 1 });
  });

  it('names the port that is taken and what to do', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const app = await startApp({ MANAGEMENT_PORT: String(port) });
    try {
      for (const listen of [() => app.listen(port, '127.0.0.1'), () => app.get(ManagementListener).listen()]) {
        const { written, code } = failWith(await listen().catch((error: unknown) => error));
        expect(written).toBe(
          `Port ${port} is taken: stop what uses it, or set PORT and MANAGEMENT_PORT to free ones.\n`,
        );
        expect(code).toBe(1);
      }
    } finally {
      await app.close();
      blocker.close();
    }
  });

  it('shows the stack of what nobody foresaw', () => {
    const { written, code } = failWith(new TypeError('surprise'));
    expect(written).toMatch(/^TypeError: surprise\n\s+at /);
    expect(code).toBe(1);
  });
});

function connectionsOf(app: NestFastifyApplication): Promise<number> {
  return promisify<number>((done: (error: Error | null, count: number) => void) =>
    app.getHttpServer().getConnections(done),
  )();
}

describe('B8.5 a stop', () => {
  it('answers the requests under way, then takes no more', async () => {
    const app = await startApp({ ARGON2_MEMORY_KIB: '65536', ARGON2_ITERATIONS: '3' });
    const { email, password } = await (await TestOrganization.create(app)).addMember('clinician');
    await app.listen(0, '127.0.0.1');
    const port = portOf(app);
    const early = connect(port, '127.0.0.1');
    await once(early, 'connect');
    const verify = vi.spyOn(app.get(PasswordHasher), 'verify');
    const underWay = fetch(`http://127.0.0.1:${port}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    await vi.waitFor(() => expect(verify).toHaveBeenCalled());
    const closed = app.close();
    // Whoever is connected already is served or told to come back, as a problem; whoever comes now is not let in.
    early.write('GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const reply = await text(early);
    expect(reply).toMatch(/^HTTP\/1\.1 (404|503) /);
    expect(reply).toContain('application/problem+json');
    const [error] = await once(connect(port, '127.0.0.1'), 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect((await underWay).status).toBe(200);
    await closed;
  });

  it('tells who is in the middle of a request to come back, and hangs up', async () => {
    const app = await startApp();
    await app.listen(0, '127.0.0.1');
    const port = portOf(app);
    const caller = connect(port, '127.0.0.1');
    await once(caller, 'connect');
    caller.write('GET /health/live HTTP/1.1\r\n');
    await vi.waitFor(async () => expect(await connectionsOf(app)).toBe(1));
    const closed = app.close();
    await vi.waitFor(
      async () => {
        const late = connect(port, '127.0.0.1');
        await expect(once(late, 'connect').finally(() => late.destroy())).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
      },
      { timeout: 5000 },
    );
    caller.write('Host: 127.0.0.1\r\n\r\n');
    const reply = await text(caller);
    expect(reply).toMatch(/^HTTP\/1\.1 503 /);
    expect(reply).toMatch(/\r\nconnection: close\r\n/i);
    await closed;
  });

  it('hangs up on who has connected and said nothing', async () => {
    const app = await startApp();
    await app.listen(0, '127.0.0.1');
    // Node would give it up in the end, too late for whoever stops the process.
    Object.assign(app.getHttpServer(), { headersTimeout: 0, requestTimeout: 0 });
    const silent = connect(portOf(app), '127.0.0.1');
    await vi.waitFor(async () => expect(await connectionsOf(app)).toBe(1));
    const [said] = await Promise.all([text(silent), app.close()]);
    expect(said).toBe('');
  });

  it('closes the connections that clients keep open for later', async () => {
    const app = await startApp();
    await app.listen(0, '127.0.0.1');
    const kept = connect(portOf(app), '127.0.0.1');
    kept.write('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(kept, 'data');
    await Promise.all([app.close(), once(kept, 'close')]);
    expect(kept.destroyed).toBe(true);
  });

  it('is not ready before its socket closes', async () => {
    const app = await startApp();
    const management = await app.get(ManagementListener).listen();
    expect((await fetch(`${management}/health/ready`)).status).toBe(200);
    await app.close();
    await expect(fetch(`${management}/health/ready`)).rejects.toThrow('fetch failed');
    expect((await new Caller(app).get('/health/live').catch(() => ({ status: 503 }))).status).toBe(503);
  });

  const stop = pathToFileURL('src/platform/process/stop.ts').href;
  it.each([
    ['SIGTERM', '', 'SIGTERM', 'closed', 0],
    ['SIGINT', '', 'SIGINT', 'closed', 0],
    ['SIGHUP', '', 'SIGHUP', 'closed', 0],
    ['an error that nobody caught', 'setTimeout(() => { throw new Error("surprise") })', undefined, 'closed', 1],
    ['a promise that nobody awaited', 'void Promise.reject(new Error("surprise"))', undefined, 'closed', 1],
    ['a shutdown that fails', 'fail = true', 'SIGTERM', '', 1],
  ] as const)('closes and ends the process: %s', async (_name, code, signal, output, exitCode) => {
    const script = `
      import { closeOnStop } from ${JSON.stringify(stop)};
      let fail = false;
      closeOnStop({ close: async () => { if (fail) throw new Error('broken'); process.stdout.write('closed'); } });
      setInterval(() => undefined, 1000);
      ${code};
      process.stderr.write('ready');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stderr.once('data', () => signal !== undefined && child.kill(signal));
    const [written, [exit]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(exit).toBe(exitCode);
    expect(written.includes('closed')).toBe(output === 'closed');
  });
});
