import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { startApp } from '../support/app.ts';
import { someAddress } from '../support/caller.ts';
import type { Answer } from '../support/caller.ts';
import { expectProblem } from '../support/problem.ts';
import { productionSettings } from '../support/production.ts';
import { portOf, sendRaw } from '../support/raw-request.ts';

/**
 * The attack: a scanner walks down its list of what others forgot to switch off: dumps, consoles, old versions, the same path
 * spelled in another way. Raw bytes, because HTTP clients tidy paths up. Whatever answers has to be a declared route.
 */
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await startApp(await productionSettings());
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

/** What answers beside the declared routes. */
const WELL_KNOWN = new Set(['GET /openapi.json', 'GET /.well-known/security.txt']);

/** Each from another address: a scanner that stays at one is stopped by its budget, which is another test. */
const ask = (method: string, target: string, headers: readonly string[] = []) => {
  const address = `X-Forwarded-For: ${someAddress()}`;
  return sendRaw(app, [`${method} ${target} HTTP/1.1`, 'Host: x', 'Connection: close', address, ...headers, '', '']);
};

const files = `
.env .env.local .env.production .env.bak .git/config .git/HEAD .gitignore .svn/entries .hg/hgrc .DS_Store .htaccess .htpasswd
.npmrc .dockerenv .aws/credentials .ssh/id_rsa .vscode/settings.json .idea/workspace.xml
.well-known/openid-configuration .well-known/oauth-authorization-server .well-known/change-password .well-known/
.well-known/jwks.json.bak Dockerfile docker-compose.yml package.json package-lock.json tsconfig.json prisma/schema.prisma
prisma.config.ts node_modules/fastify/package.json dist/src/main.js src/main.ts main.js main.js.map server.js backup.zip
backup.sql dump.sql db.sqlite3 database.yml config.json config.yml secrets.json credentials.json id_rsa robots.txt favicon.ico
sitemap.xml crossdomain.xml clientaccesspolicy.xml security.txt README.md CHANGELOG.md LICENSE index.html index.php info.php
phpinfo.php wp-login.php wp-admin/ xmlrpc.php web.config server-status server-info .data/dev.env log.txt error.log access.log`;

const consoles = `
admin admin/ administrator admin.php console debug debug/pprof debug/vars debug/default/view trace test dev internal private
manage management actuator actuator/env actuator/health actuator/heapdump actuator/gateway/routes jolokia metrics prometheus stats
status healthz readyz livez health health/ready health/live/ health/details ping version info routes docs docs/ docs/js/scalar.js
api api/ api-docs api/v1/patients apidocs swagger swagger-ui swagger-ui.html swagger.json swagger/index.html openapi openapi.yaml
openapi.json/ v2/api-docs v3/api-docs redoc graphql graphiql playground altair voyager __graphql graphql/console rpc soap ws
socket.io/ trpc jobs queues bull arena agenda pgboss pgadmin phpmyadmin adminer studio prisma hasura/console solr/admin jenkins
login signup register oauth/token oauth2/token token auth users user me account accounts sessions patients records
cgi-bin/test.cgi cgi-bin/.%2e/.%2e/bin/sh vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php server/php/ _next/static _debugbar
_profiler __debug__ __inspect rails/info/properties telescope/requests elmah.axd trace.axd manager/html invoker/JMXInvokerServlet
latest/meta-data/ computeMetadata/v1/ remote/login boaform/admin/formLogin HNAP1 shell owa/ autodiscover/autodiscover.xml`;

const versions = `
v0/patients v0/me v2/patients v2/me v3/me v01/me v1.0/me v1.1/me v10/me v-1/me V1/me v1beta/me v1/v1/me api/v1/me v/me 1/me latest/me
v1 v1/ v2 v1/admin v1/debug v1/metrics v1/users v1/organizations v1/internal v1/health v1/health/live v1/openapi.json v1/docs
v1/test v1/auth v1/auth/ v1/auth/register v1/auth/token v1/security v1/security/ v1/fixture/complete/1`;

const spellings = `
/v1/me/ //v1/me /v1//me /v1/ME /V1/me /v1/Me /v1/me// /v1/./me /v1/../v1/me /v1/../ /v1/.. /v1/../../etc/passwd /v1/%2e%2e/v1/me
/v1/%2e%2e%2f /%2e%2e/%2e%2e/etc/passwd /v1%2fme /v1/%2fme /v1%5cme /v1\\me /v1/me%20 /v1/me%00 /v1/me%0a /v1/me%09 /v1/me;a=b
/v1;x/me /v1/me.json /v1/me.xml /v1/me~ /v1/me.bak /v1/me%2f /v1/me%252f /v1/%6De/ /%76%31/me/ /v1/%u006de /v1/me%c0%af
/v1/%c0%ae%c0%ae/me /v1/me%ef%bc%8f /v1/me/..;/admin /v1/me/../admin /..%5c..%5cetc/passwd /%2e/v1/me/ /v1/me/%2e /v1/me/.
/v1/me%3f /v1/me%23 /openapi.json%00 /OPENAPI.json /health/LIVE /Health/live /health//live /health/live%00 /.well-known/JWKS.json
/.well-known//jwks.json /.well-known/jwks.json/ /*`;

const words = (list: string) => list.split(/\s+/).filter(Boolean);
const paths = [...new Set([...words(files + consoles + versions).map((word) => `/${word}`), ...words(spellings)])];

/** Where nothing is: 404, 405 for a path that knows other methods, or no readable path at all. */
const NOTHING = new Set([404, 405, 400, 414]);

/** The declared route that a request of this method and path reaches. */
function isDeclared(method: string, path: string): boolean {
  const verb = method === 'HEAD' ? 'GET' : method;
  if (WELL_KNOWN.has(`${verb} ${path}`)) return true;
  return app
    .get(CompletenessCheck)
    .routes()
    .some((route) => route.method === verb && patternOf(route.path).test(decodeURIComponent(path)));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
}

function expectNothing(method: string, path: string, answer: Answer): void {
  if (NOTHING.has(answer.status)) return;
  expect(isDeclared(method, path), `${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`).toBe(true);
}

describe('B18.1 B18.2 a scanner', () => {
  it('has a list worth the name, and finds what is there', async () => {
    expect(paths.length).toBeGreaterThan(250);
    const [live, me] = [await ask('GET', '/health/live'), await ask('GET', '/v1/me')];
    expect([live.status, me.status]).toEqual([200, 401]);
  });

  it.each(paths)('finds nothing at %s', async (path) => {
    for (const method of ['GET', 'POST', 'HEAD']) {
      const answer = await ask(method, path, method === 'POST' ? ['Content-Length: 0'] : []);
      expectNothing(method, path, answer);
      for (const name of ['server', 'x-powered-by', 'via', 'location']) expect(answer.headers).not.toHaveProperty(name);
      expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json; charset=utf-8$/);
    }
  });
});

describe('B18.2 every declared path', () => {
  const ALL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH'];

  it('answers the methods that are declared, and 405 with Allow to all others', async () => {
    const routes = app.get(CompletenessCheck).routes();
    for (const path of new Set(routes.map((route) => route.path))) {
      const url = path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
      // Two templates may fit one address: what is declared for any of them is declared.
      const declared = routes.filter((route) => patternOf(route.path).test(url)).map(({ method }) => method);
      const allowed = ALL.filter((method) => declared.includes(method === 'HEAD' ? 'GET' : method));
      for (const method of ALL.filter((one) => !allowed.includes(one))) {
        const answer = await ask(method, url, ['Content-Length: 0']);
        expect(answer.status, `${method} ${url}`).toBe(405);
        expect(answer.headers['allow'], `${method} ${url}`).toBe(allowed.join(', '));
        if (method !== 'HEAD') expectProblem(answer, 'method-not-allowed');
      }
    }
  });

  it('is reached by no preflight without CORS: OPTIONS says nothing but 405', async () => {
    const headers = ['Origin: https://evil.example', 'Access-Control-Request-Method: DELETE'];
    for (const path of ['/v1/me', '/v1/patients']) {
      const answer = await ask('OPTIONS', path, headers);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.text).not.toContain('evil');
    }
  });

  it.each(['TRACE', 'TRACK'])('echoes nothing to %s (cross-site tracing)', async (method) => {
    const answer = await ask(method, '/v1/me', ['Authorization: Bearer echoed', 'X-Marker: echoed']);
    expect([400, 405]).toContain(answer.status);
    expect(answer.text + JSON.stringify(answer.headers)).not.toContain('echoed');
  });

  it.each(['/v1/me', 'evil.example:443', '127.0.0.1:22', '*'])('opens no tunnel with CONNECT %s', async (target) => {
    const socket = connect(portOf(app), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const answer = await text(socket).catch(() => '');
    expect(answer).not.toMatch(/^HTTP\/1\.1 [23]/);
  });

  it.each(['method-override', 'x-http-method', 'x-http-method-override', 'x-method-override'])(
    'is not reached by another method through %s',
    async (header) => {
      const answer = await ask('POST', '/v1/me/sessions', [`${header}: DELETE`, 'Content-Length: 0']);
      expectProblem(answer, 'method-not-allowed');
    },
  );

  it('is not reached through the address that a proxy has rewritten', async () => {
    for (const header of ['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Uri']) {
      expectProblem(await ask('GET', '/nowhere', [`${header}: /health/live`]), 'not-found');
    }
  });
});
