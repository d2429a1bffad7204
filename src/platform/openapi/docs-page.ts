import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Serves the reference page at `/docs/` with its script from this server: nothing is fetched from a third party. */
export async function publishDocsPage(server: FastifyInstance): Promise<void> {
  // Only here: the page's script is several megabytes that a server without the page need not hold.
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const nonce = randomBytes(16).toString('base64url');
  const policy = [
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

  await server.register(scalar, {
    routePrefix: '/docs',
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
    hooks: {
      onRequest: (_request: FastifyRequest, reply: FastifyReply, done: () => void) => {
        void reply.header('content-security-policy', policy);
        done();
      },
    },
  });
}
