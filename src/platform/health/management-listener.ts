import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import fastify, { type FastifyInstance } from 'fastify';
import { HttpConfig } from '../http/index.js';
import { ApiDescription } from '../openapi/index.js';
import { CompletenessCheck, installSecurityHeaders } from '../pipeline/index.js';
import { Readiness } from './readiness.js';

const LOOPBACK = '127.0.0.1';

/** The second listener, for operators: on loopback alone, so that no client of the API can reach it. @control B18.3 */
@Injectable()
export class ManagementListener implements OnApplicationShutdown {
  private readonly server: FastifyInstance = fastify();

  constructor(
    private readonly http: HttpConfig,
    private readonly readiness: Readiness,
    private readonly completeness: CompletenessCheck,
    private readonly description: ApiDescription,
  ) {}

  /** Resolves to the address it listens on. */
  async listen(): Promise<string> {
    installSecurityHeaders(this.server);
    this.server.get('/health/ready', async (_request, reply) => {
      const report = await this.readiness.report();
      return reply.status(report.status === 'ready' ? 200 : 503).send(report);
    });
    this.server.get('/routes', () => this.completeness.routes().map(({ method, path }) => ({ method, path })));
    this.description.publishToOperators(this.server);
    return this.server.listen({ host: LOOPBACK, port: this.http.values.MANAGEMENT_PORT });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }
}
