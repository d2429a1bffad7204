import type { Socket } from 'node:net';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { SecurityEvents } from '../audit/index.js';
import { newId } from '../crypto/index.js';
import { classifyError, ResourceNotFound, sendProblem } from '../errors/index.js';
import { HttpConfig } from '../http/index.js';
import { includesAddress } from '../networks/index.js';
import { ApiDescription } from '../openapi/index.js';
import { CompletenessCheck, installSecurityHeaders } from '../pipeline/index.js';
import { runInRequestContext } from '../telemetry/index.js';
import { AddressThrottle } from '../throttling/index.js';
import { Readiness } from './readiness.js';

/** Who tries again and again is an event once in a while: connections are cheap, rows are not. */
const TOLD_AGAIN_AFTER_MS = 60_000;
const MAX_TOLD = 1000;

/**
 * The second listener, for operators. It knows no proxies: who connects from an address that is not on MANAGEMENT_ALLOW
 * (default: loopback) is hung up on before anything is read. @control B14.1 B18.3
 */
@Injectable()
export class ManagementListener implements OnApplicationShutdown {
  private readonly server: FastifyInstance = fastify({ genReqId: newId });
  private readonly pages: ((server: FastifyInstance) => void)[] = [];
  private readonly logger = new Logger(ManagementListener.name);
  private readonly told = new LRUCache<string, true>({ max: MAX_TOLD, ttl: TOLD_AGAIN_AFTER_MS });

  constructor(
    private readonly http: HttpConfig,
    private readonly readiness: Readiness,
    private readonly completeness: CompletenessCheck,
    private readonly description: ApiDescription,
    private readonly throttle: AddressThrottle,
    private readonly events: SecurityEvents,
  ) {}

  /** Adds to what operators can ask for. To be called before it listens: in a constructor or `onModuleInit`. */
  publish(page: (server: FastifyInstance) => void): void {
    this.pages.push(page);
  }

  /** Resolves to the address it listens on. */
  async listen(): Promise<string> {
    this.server.server.on('connection', (socket: Socket) => this.hangUpOnStrangers(socket));
    installSecurityHeaders(this.server);
    this.server.setErrorHandler((thrown, _request, reply) => this.refuse(thrown, reply));
    this.server.setNotFoundHandler((_request, reply) => this.refuse(new ResourceNotFound(), reply));
    this.throttle.install(this.server);
    this.server.get('/health/ready', async (_request, reply) => {
      const report = await this.readiness.report();
      return reply.status(report.status === 'ready' ? 200 : 503).send(report);
    });
    this.server.get('/routes', () => this.completeness.routes().map(({ method, path }) => ({ method, path })));
    this.description.publishToOperators(this.server);
    for (const page of this.pages) page(this.server);
    const { MANAGEMENT_HOST: host, MANAGEMENT_PORT: port } = this.http.values;
    return this.server.listen({ host, port });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }

  /** As the API does: a problem of the catalogue, and what was wrong with us in the log alone. */
  private refuse(thrown: unknown, reply: FastifyReply): void {
    const error = classifyError(thrown);
    if (error.status >= 500) {
      this.logger.error({ msg: 'a page for operators failed', code: error.code, err: error.cause ?? error });
    }
    sendProblem(reply, error, this.http.publicUrl);
  }

  /** A connection without an address has ended already: refused like a stranger's. */
  private hangUpOnStrangers(socket: Socket): void {
    const { remoteAddress: ip = '' } = socket;
    if (includesAddress(this.http.managementAllow, ip)) return;
    socket.destroy();
    if (this.told.has(ip)) return;
    this.told.set(ip, true);
    runInRequestContext({ requestId: newId(), ip }, () => {
      this.events.note({ name: 'authz_fail', reason: 'management-listener' });
    });
  }
}
