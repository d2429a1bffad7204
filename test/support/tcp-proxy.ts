import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Verdict = 'pass' | 'refuse' | 'freeze';

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** The first bytes of the client; PostgreSQL's start-up message names the application in them. */
  greeting: string;
  isMute: boolean;
}

/**
 * Stands between the application and PostgreSQL and breaks the line on demand: all of it, or the connections whose
 * start-up message names an application.
 */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private verdict: (greeting: string) => Verdict = () => 'pass';

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async before(databaseUrl: string): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, new URL(databaseUrl));
    server.on('connection', (client) => proxy.accept(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The database's address, through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Ends connections and refuses new ones. */
  cut(application = ''): void {
    this.judgeBy((greeting) => (greeting.includes(application) ? 'refuse' : 'pass'));
  }

  /** Keeps connections open and passes nothing on, as a network does that drops packets. */
  freeze(application = ''): void {
    this.judgeBy((greeting) => (greeting.includes(application) ? 'freeze' : 'pass'));
  }

  /** Frozen connections are ended rather than thawed: what they were sent is lost. */
  restore(): void {
    for (const link of this.links) if (link.isMute || this.verdict(link.greeting) === 'freeze') end(link);
    this.verdict = () => 'pass';
  }

  /** Lets new connections through; the frozen ones stay mute, as a flow that a firewall has forgotten. */
  letNewOnesThrough(): void {
    for (const link of this.links) link.isMute = this.verdict(link.greeting) === 'freeze';
    this.verdict = () => 'pass';
  }

  close(): void {
    for (const link of this.links) end(link);
    this.server.close();
  }

  private judgeBy(verdict: (greeting: string) => Verdict): void {
    this.verdict = verdict;
    for (const link of this.links) if (verdict(link.greeting) === 'refuse') end(link);
  }

  private accept(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const link: Link = { client, upstream, greeting: '', isMute: false };
    this.links.add(link);
    client.on('data', (bytes: Buffer) => this.pass(link, upstream, bytes));
    upstream.on('data', (bytes: Buffer) => this.pass(link, client, bytes));
    for (const socket of [client, upstream]) {
      // A broken line is what this class is for.
      socket.on('error', () => end(link));
      socket.on('close', () => {
        end(link);
        this.links.delete(link);
      });
    }
  }

  private pass(link: Link, to: Socket, bytes: Buffer): void {
    if (link.greeting === '') link.greeting = bytes.toString('latin1');
    const verdict = link.isMute ? 'freeze' : this.verdict(link.greeting);
    if (verdict === 'pass') to.write(bytes);
    if (verdict === 'refuse') end(link);
  }
}

function end({ client, upstream }: Link): void {
  client.destroy();
  upstream.destroy();
}
