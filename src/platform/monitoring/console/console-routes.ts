import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SecurityEvents } from '../../audit/index.js';
import { ManagementListener } from '../../health/index.js';
import { ConsoleAccess } from './console-access.js';
import { ConsoleReport } from './console-facts.js';
import { consolePage, signInPage } from './console-page.js';
import { CONSOLE_SCRIPT, CONSOLE_STYLE } from './console-style.js';

/** What the page loads comes from here, and it runs nothing that is written into it. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const BODY_LIMIT = 1024;

/** A page for people without Grafana, on the second listener alone: behind its networks, and behind a token. @control B18.3 */
@Injectable()
export class ConsoleRoutes implements OnModuleInit {
  constructor(
    private readonly management: ManagementListener,
    private readonly access: ConsoleAccess,
    private readonly report: ConsoleReport,
    private readonly events: SecurityEvents,
  ) {}

  onModuleInit(): void {
    if (this.access.isOn) this.management.publish((server) => this.publish(server));
  }

  private publish(server: FastifyInstance): void {
    server.get('/console/style.css', (_request, reply) => reply.type('text/css').send(CONSOLE_STYLE));
    server.get('/console/refresh.js', (_request, reply) => reply.type('text/javascript').send(CONSOLE_SCRIPT));
    server.get('/console', async (request, reply) => {
      if (!this.access.isGranted(request.headers)) return send(reply, 401, signInPage(false));
      return send(reply, 200, consolePage(await this.report.read()));
    });
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, new URLSearchParams(String(body)).get('token') ?? ''),
    );
    server.post('/console', (request, reply) => this.signIn(request, reply));
  }

  private signIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (typeof request.body === 'string' && this.access.isToken(request.body)) {
      return reply.header('set-cookie', this.access.newCookie()).redirect('/console', 303);
    }
    this.events.note({ name: 'authn_login_fail', reason: 'console-token', facts: { ip: request.ip } });
    return send(reply, 401, signInPage(true));
  }
}

function send(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.status(status).header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page);
}
