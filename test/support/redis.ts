import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './ports.ts';

const REDIS_SERVER = 'redis-server';

/** A real Redis of this test alone, on a free port of loopback, without a file. Stop it. */
export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Again on the same port after `stop`, and empty. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(REDIS_SERVER, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.process = child;
    let log = '';
    for await (const chunk of child.stdout) {
      log += String(chunk);
      if (log.includes('Ready to accept connections')) break;
    }
    // Leaving the loop has closed the pipe; Redis goes on without somebody who reads its log.
    if (!log.includes('Ready to accept')) throw new Error(`redis-server did not start: ${log}`);
  }

  /** It is there and says nothing, as on a network that swallows packets. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
