import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const PREFIX = '/docs';

/**
 * Serves the reference page at `/docs/` with its script from this server: nothing is fetched from a third party. The page's
 * own little server is made on the first visit: its script is several megabytes that a server without visitors need not hold.
 */
export function publishDocsPage(server: FastifyInstance): void {
  const nonce = randomBytes(16).toString('base64url');
  const policy = contentSecurityPolicy(nonce);
  let pages: Promise<FastifyInstance> | undefined;

  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    pages ??= createPages(nonce);
    const page = await (await pages).inject({ method: 'GET', url: request.url });
    return reply
      .status(page.statusCode)
      .headers({ 'content-security-policy': policy, 'content-type': page.headers['content-type'] })
      .send(page.body);
  };
  server.get(PREFIX, (_request, reply) => reply.redirect(`${PREFIX}/`, 301));
  server.get(`${PREFIX}/`, serve);
  server.get(`${PREFIX}/js/scalar.js`, serve);
}

async function createPages(nonce: string): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const pages = fastify();
  await pages.register(scalar, {
    routePrefix: PREFIX,
    configuration: {
      url: '/openapi.json',
      nonce,
      pageTitle: 'Rampart API',
      authentication: { preferredSecurityScheme: 'bearer' },
      // Nothing that would talk to somebody else's servers.
      withDefaultFonts: false,
      telemetry: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
  return pages;
}

/** The strict policy of the API, opened for this page alone. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    // The page sets `style` attributes, which no nonce can authorize.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
