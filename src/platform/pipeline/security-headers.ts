import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

const HSTS_MAX_AGE_S = 31_536_000;

/** For a JSON API: no page of ours may be rendered, framed, sniffed or embedded. The docs page relaxes it for itself. */
const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
  },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: { maxAge: HSTS_MAX_AGE_S, includeSubDomains: true },
  xFrameOptions: { action: 'deny' },
});

/** Puts the headers on every answer, before anything can fail, so that errors carry them too. @control A7.3 B7.3 */
export function installSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(securityHeaders);
    done();
  });
}

/** Answers are about people: no cache keeps them. */
export const securityHeaders = { ...headersOfHelmet(), 'cache-control': 'no-store' };

/** Helmet's headers depend on its options alone, so it is asked once, with a response that goes nowhere. */
function headersOfHelmet(): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  protect(response.req, response, (error) => {
    if (error !== undefined) throw new Error('helmet refused its options', { cause: error });
  });
  return { ...response.getHeaders() };
}
