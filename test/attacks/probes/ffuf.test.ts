import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CompletenessCheck } from '../../../src/platform/pipeline/index.js';
import { useApp } from '../../support/app.ts';
import { Caller } from '../../support/caller.ts';
import { listen, probeFolder, runProbe, watchAnswers } from '../../support/probe.ts';
import { lacksTool } from '../../support/tools.ts';
import { createVulnerableTwin } from '../../support/vulnerable-twin.ts';

/** The attack: paths that somebody may have forgotten behind the server: old versions, consoles, dumps, files of the repository. */
const FFUF = 'ffuf';
const app = useApp();

const ROOTS = [
  '',
  'v1/',
  'v2/',
  'v3/',
  'v1/internal/',
  'api/',
  'api/v1/',
  'internal/',
  'docs/',
  'health/',
  '.well-known/',
];
const WORDS = `.env .git/HEAD .git/config .htaccess .npmrc .DS_Store Dockerfile package.json package-lock.json tsconfig.json
  dist/src/main.js node_modules server.js backup backup.zip dump.sql db.sqlite id_rsa docs robots.txt sitemap.xml favicon.ico
  crossdomain.xml index.html index.php admin administrator login logout auth auth/login auth/register auth/admin console
  dashboard debug debug/vars debug/pprof env config configuration settings setup install status server-status server-info info
  ready live healthz readyz livez ping metrics prometheus actuator actuator/env actuator/heapdump heapdump trace threaddump
  routes openapi.json openapi.yaml swagger swagger.json swagger-ui swagger-ui.html api-docs redoc graphql graphiql playground
  users user accounts account members roles permissions tokens keys api-keys secrets organizations tenants sessions me
  patients records insurance lab-results audit audit-events security security/alerts jobs queue mail test tests dev staging old
  new v1 v2 upload uploads files static assets public private tmp logs log error errors exec shell cmd eval proxy webhook
  deprecations jwks.json security.txt openid-configuration oauth-authorization-server change-password`;

/** What is there, whatever is said about it. */
async function pathsFound(origin: string): Promise<string[]> {
  const folder = probeFolder();
  const words = ROOTS.flatMap((root) => WORDS.split(/\s+/).map((word) => root + word));
  writeFileSync(join(folder, 'words'), words.join('\n'));
  await runProbe(
    FFUF,
    ['-u', `${origin}/FUZZ`, '-w', 'words', '-mc', 'all', '-fc', '404', '-t', '10', '-o', 'found', '-of', 'json', '-s'],
    folder,
  );
  const { results } = z
    .object({ results: z.array(z.object({ input: z.object({ FUZZ: z.string() }) })) })
    .parse(JSON.parse(readFileSync(join(folder, 'found'), 'utf8')));
  return results.map(({ input }) => `/${input.FUZZ}`);
}

describe.skipIf(lacksTool(FFUF))('A15.1 B18.1 ffuf', () => {
  let statuses: readonly number[];
  let twin: Awaited<ReturnType<typeof createVulnerableTwin>>;
  const isListed = (path: string) =>
    app()
      .get(CompletenessCheck)
      .routes()
      .some((route) => new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path));

  beforeAll(async () => {
    twin = await createVulnerableTwin();
    statuses = watchAnswers(app());
  });
  afterAll(() => twin.close());

  it('finds nothing that is in no list', { timeout: 60_000 }, async () => {
    const found = await pathsFound(await listen(app()));
    // Of what docs/routes.md says that it does not list.
    expect(found.filter((path) => !isListed(path)).toSorted()).toEqual([
      '/.well-known/security.txt',
      '/docs',
      '/openapi.json',
    ]);
    expect(found).toEqual(expect.arrayContaining(['/v1/patients', '/v1/auth/login', '/.well-known/jwks.json']));
    expect(statuses.filter((status) => status >= 500 || status === 429)).toEqual([]);
    expect((await new Caller(app()).get('/health/live')).status).toBe(200);
  });

  it('A15.2 finds what the twin has forgotten', { timeout: 60_000 }, async () => {
    const found = await pathsFound(await listen(twin));
    expect(found.filter((path) => !isListed(path))).toEqual(['/v1/internal/debug']);
  });
});
