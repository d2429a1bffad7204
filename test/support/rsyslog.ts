import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort, isListening } from './ports.ts';

const OPENSSL = 'openssl';
export const RSYSLOG = 'rsyslogd';

/** An event as rsyslog has understood it. */
interface Received {
  readonly facility: string;
  readonly severity: string;
  readonly app: string;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
}

/** A real rsyslog of this test alone that takes TLS, asks for a certificate of its authority, and writes what it has understood. */
export class Rsyslog {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async create(): Promise<Rsyslog> {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-rsyslog-'));
    const server = new Rsyslog(folder, await freePort());
    server.makeCertificates();
    writeFileSync(server.path('rsyslog.conf'), server.configuration());
    await server.start();
    return server;
  }

  /** What the application is told. */
  get settings(): Record<string, string> {
    return {
      SYSLOG_URL: `syslog+tls://127.0.0.1:${this.port}`,
      SYSLOG_CA_PATH: this.path('ca.pem'),
      SYSLOG_CLIENT_PATH: this.path('client.pem'),
    };
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async start(): Promise<void> {
    this.process = spawn(RSYSLOG, ['-n', '-f', this.path('rsyslog.conf'), '-i', this.path('pid')], { stdio: 'ignore' });
    await vi.waitUntil(() => isListening(this.port), { timeout: 10_000, interval: 50 });
  }

  /** As the power goes: nothing is written any more. */
  async kill(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(this.path('pid'), { force: true });
  }

  /** It is there and takes nothing. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  received(): Received[] {
    if (!existsSync(this.path('received'))) return [];
    // The last line may be half written.
    const lines = readFileSync(this.path('received'), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [, facility = '', severity = '', app = '', name = '', json = ''] =
        /^(\S+) (\S+) (\S+) (\S+) (.*)$/.exec(line) ?? [];
      return { facility, severity, app, name, object: JSON.parse(json) as Received['object'] };
    });
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private configuration(): string {
    return `global(workDirectory="${this.folder}"
  defaultNetstreamDriverCAFile="${this.path('ca.pem')}"
  defaultNetstreamDriverCertFile="${this.path('server.pem')}"
  defaultNetstreamDriverKeyFile="${this.path('server.pem')}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
template(name="understood" type="string" string="%syslogfacility-text% %syslogseverity-text% %app-name% %msgid% %msg%\\n")
input(type="imtcp" address="127.0.0.1" port="${this.port}")
action(type="omfile" file="${this.path('received')}" template="understood")
`;
  }

  private makeCertificates(): void {
    const openssl = (...args: string[]) => execFileSync(OPENSSL, args, { cwd: this.folder, stdio: 'ignore' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...key, '-subj', '/CN=ca', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem');
    for (const name of ['server', 'client']) {
      writeFileSync(this.path(`${name}.ext`), 'subjectAltName=IP:127.0.0.1\n');
      openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`);
      const parts = ['crt', 'key'].map((end) => readFileSync(this.path(`${name}.${end}`), 'utf8'));
      writeFileSync(this.path(`${name}.pem`), parts.join(''));
    }
  }
}
