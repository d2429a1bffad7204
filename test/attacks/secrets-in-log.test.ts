import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp } from '../support/app.ts';
import { examples } from '../support/access-examples.ts';
import { openClinic, type Clinic } from '../support/access-world.ts';
import { catchLog } from '../support/caught-log.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { roleFor, urlOf } from '../support/routes.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { flushLog } from '../../src/platform/telemetry/log-destination.js';

/**
 * Somebody reads the log and looks for what others typed: passwords, codes, keys, notes, names, in whatever field, header,
 * path or query they stood (CWE-532). At the most talkative level there is.
 */
const routes = await declaredRoutes();
const log = catchLog();
let app: NestFastifyApplication;
let clinic: Clinic;

beforeAll(async () => {
  app = await startApp({ LOG_LEVEL: 'trace' });
  clinic = await openClinic(app);
}, 60_000);

afterAll(async () => {
  await app.close();
  log.release();
});

const HEADERS =
  'x-api-key cookie x-forwarded-host user-agent referer origin accept if-match traceparent tracestate idempotency-key content-language x-request-id x-csrf-token forwarded x-anything'.split(
    ' ',
  );

/** Texts that nobody else writes. Long enough that no line holds them by chance. */
const secret = fc.stringMatching(/^[A-Za-z0-9_-]{24,40}$/);

/** The same body with the secret in place of each of its texts, and the body as it is with one more field. */
function withSecrets(body: unknown, text: string): unknown[] {
  if (typeof body !== 'object' || body === null) return [];
  const everywhere = JSON.parse(
    JSON.stringify(body, (_name, value: unknown) => (typeof value === 'string' ? text : value)),
  ) as unknown;
  const each = Object.keys(body).map((name) => ({ ...body, [name]: text }));
  return [everywhere, ...each, { ...body, password: text }, [text], text, `{"broken":"${text}`];
}

const callers = (route: (typeof routes)[number]): Caller[] =>
  route.access[0]?.kind === 'public' ? [new Caller(app)] : [clinic.people[roleFor(route)], new Caller(app)];

async function callEverywhere(route: (typeof routes)[number], text: string): Promise<Answer[]> {
  const { method } = route;
  const url = urlOf(route);
  const person = clinic.people.owner;
  const body: unknown = await examples[`${method} ${route.path}`]?.body?.(person, clinic);
  const answers: Promise<Answer>[] = [];
  for (const caller of callers(route)) {
    for (const wrong of withSecrets(body, text)) answers.push(caller.call(method, url, { body: wrong }));
    for (const name of HEADERS) answers.push(caller.call(method, url, { headers: { [name]: text } }));
    answers.push(caller.call(method, url, { headers: { cookie: `session=${text}`, 'content-type': text } }));
    answers.push(caller.call(method, `${url}?token=${text}&limit=${text}&cursor=${text}`));
    answers.push(caller.call(method, route.path.replaceAll(/:\w+/g, text)));
    answers.push(caller.call(method, `${url}/${text}`));
  }
  for (const scheme of ['Bearer', 'Basic', 'ApiKey', 'Nonsense', ''])
    answers.push(new Caller(app).call(method, url, { headers: { authorization: `${scheme} ${text}`.trim() } }));
  return Promise.all(answers);
}

describe('A6.2 what is sent to', () => {
  it('finds the operations, and a log that is written', () => {
    expect(routes.length).toBeGreaterThan(40);
    flushLog();
    expect(log.text().split('\n').length).toBeGreaterThan(20);
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s never reaches the log',
    async (_name, route) => {
      await fc.assert(
        fc.asyncProperty(secret, async (text) => {
          const answers = await callEverywhere(route, text);
          flushLog();
          expect(answers.length).toBeGreaterThan(20);
          expect(log.text()).not.toContain(text);
          expect(log.text()).not.toContain(Buffer.from(text).toString('base64url'));
        }),
        { numRuns: 2 },
      );
    },
  );

  it('A6.3 leaves one JSON object on each line', () => {
    for (const line of log.text().trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  });
});
