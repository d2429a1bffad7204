import { once } from 'node:events';
import { connect } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, isErrorCode, PROBLEM_CONTENT_TYPE } from '../../src/platform/errors/index.js';
import { DatabaseConfig } from '../../src/platform/database/index.js';
import { ApiDescription } from '../../src/platform/openapi/index.js';
import { asOwner } from '../integration/open-database.ts';
import { openClinic, roleNames, type Clinic } from '../support/access-world.ts';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { MARK, operationsOf, RequestFuzzer, type FuzzedRequest, type Operation } from '../support/fuzzed-requests.ts';
import { somePatient } from '../support/organization.ts';
import { INSIDE } from '../support/problem.ts';
import { portOf } from '../support/raw-request.ts';

/**
 * Ten thousand requests, made from the description of every operation: mostly of the right form, each value now and then
 * replaced by something hostile. Whatever is sent and whoever sends it, the answer is a documented success or a problem of the
 * catalogue, and says nothing about the inside (practice A15). A failure prints its seed and the smallest request that shows it.
 */
const app = useApp();
const REQUESTS = 10_000;

let clinic: Clinic;
let operations: readonly Operation[];
let fuzzer: RequestFuzzer;
let ajv: Ajv2020;
let callers: Caller[];
/** A patient whose id no request has. */
let untold: { id: string };
let sent = 0;
const statuses = new Map<number, number>();
/** Values that only the inside knows: whatever is secret in the settings of this process. */
let secrets: readonly string[];

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
  clinic = await openClinic(app());
  const document = app().get(ApiDescription).document();
  operations = operationsOf(document);
  const schemas = (document.components?.schemas ?? {}) as ConstructorParameters<typeof RequestFuzzer>[0];
  ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: document.components });
  await signInEverybody();
  fuzzer = new RequestFuzzer(schemas, [clinic.patientId, clinic.recordId, clinic.organization.id], callers.length);
  secrets = secretsOfTheInside();
  const { body } = await clinic.people.clinician.post('/v1/patients', somePatient);
  [untold] = (await asOwner('SELECT * FROM "Patient" WHERE id = $1', [body['id']])) as [{ id: string }];
});

/** Nobody, somebody with a forged token, and one of each role. */
async function signInEverybody(): Promise<void> {
  const signedIn = await Promise.all(roleNames.map((role) => clinic.organization.as(role)));
  callers = [new Caller(app()), new Caller(app(), 'eyJhbGciOiJub25lIn0.e30.'), ...signedIn];
}

function secretsOfTheInside(): string[] {
  const { password, pathname } = new URL(app().get(DatabaseConfig).values.DATABASE_URL.reveal());
  return [
    password,
    pathname.slice(1),
    '$argon2',
    'rampart_',
    'BEGIN PRIVATE',
    ...Object.values(clinic.people).map(({ member }) => member.password),
  ];
}

/** What is wrong with the answer, or undefined. */
function fault(operation: Operation, { status, headers, text, body }: Answer): string | undefined {
  if (status >= 500) return 'a failure of ours';
  if (headers['x-content-type-options'] !== 'nosniff' || headers['cache-control'] !== 'no-store') return 'no headers';
  const leak = secrets.find((secret) => text.includes(secret));
  if (leak !== undefined) return `tells ${leak}`;
  if (status >= 400) return faultOfProblem(status, headers, body, text);
  return faultOfSuccess(operation, status, body, text);
}

function faultOfSuccess(operation: Operation, status: number, body: unknown, text: string): string | undefined {
  const schema = operation.responses[String(status)]?.content?.['application/json']?.schema;
  if (!(String(status) in operation.responses)) return 'an undocumented status';
  if (schema === undefined) return text === '' ? undefined : 'a body that is not documented';
  return faultOfBody(schema, body);
}

function faultOfProblem(
  status: number,
  headers: Answer['headers'],
  body: Answer['body'],
  text: string,
): string | undefined {
  const code = String(body['code']);
  if (!isErrorCode(code) || catalogue[code].status !== status || catalogue[code].title !== body['title'])
    return 'no problem of the catalogue';
  if (!String(headers['content-type']).startsWith(PROBLEM_CONTENT_TYPE)) return 'no problem by its type';
  // Names of unknown fields are quoted, percent-encoded, in pointers: they are the sender's own.
  const own = JSON.stringify({
    ...body,
    errors: (body['errors'] as { pointer: string }[] | undefined)?.map((error) => ({ ...error, pointer: '' })),
  });
  if (INSIDE.test(text.includes('pointer') ? messageless(own) : own)) return 'words of the inside';
  if (own.includes(MARK) || own.includes(somePatient.nationalId)) return 'quotes a value';
  return undefined;
}

/** Messages of the validation name the field, which may be any word of the sender's. */
function messageless(text: string): string {
  return text.replaceAll(/"message":"property [^"]* should not exist"/g, '');
}

const validators = new Map<string, ReturnType<Ajv2020['compile']>>();

function faultOfBody(schema: object, body: unknown): string | undefined {
  const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text) as object);
  validators.set(text, validate);
  return validate(body) ? undefined : `not of its schema: ${ajv.errorsText(validate.errors)}`;
}

async function send(operation: Operation, request: FuzzedRequest): Promise<void> {
  const caller = callers[request.caller] as Caller;
  const { url, headers, payload } = request;
  const answer = await caller.call(operation.method, url, { headers, ...(payload !== undefined && { body: payload }) });
  sent += 1;
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const what = fault(operation, answer) ?? faultOfQuery(operation, url, answer);
  if (what !== undefined) throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 1000)}`);
}

/** A name that the operation does not have, or that comes twice, is refused: whatever is made of it, others may make something else of it. */
function faultOfQuery({ parameters }: Operation, url: string, { status }: Answer): string | undefined {
  const names = [...new URLSearchParams(url.split('?')[1]).keys()];
  const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
  const isStrict = names.every((name) => known.has(name)) && new Set(names).size === names.length;
  return status < 400 && !isStrict ? 'takes a query that it should refuse' : undefined;
}

/** The same requests in every run, so that a failure belongs to the change; FUZZ_SEED looks for others. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 7);

/** Ends or changes what the caller has. */
const ENDS_SESSIONS = /logout|switch-organization|\/sessions|\/password$|\/members\//;

describe('A3.3 B8.1 B8.2 B8.4 whatever is sent to whichever operation', () => {
  it(`is answered as documented, ${REQUESTS} times`, { timeout: 180_000 }, async () => {
    expect(operations.length).toBeGreaterThan(45);
    const numRuns = Math.ceil(REQUESTS / operations.length);
    for (const operation of operations) {
      const property = fc.asyncProperty(fuzzer.requestsOf(operation), (request) => send(operation, request));
      const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(property, {
        numRuns,
        seed: SEED,
      });
      // Shrunk as it is, the request may have 100 KB.
      const what = `${String(errorInstance)}, seed ${seed}, path ${counterexamplePath ?? ''}`;
      const shown = `${operation.method} ${operation.path}: ${what}\n${JSON.stringify(counterexample).slice(0, 1500)}`;
      if (failed) throw new Error(shown);
      if (ENDS_SESSIONS.test(operation.path)) await signInEverybody();
    }
    expect(sent).toBeGreaterThanOrEqual(REQUESTS);
    // It did not stop at the door: each kind of answer was met.
    for (const status of [200, 201, 204, 400, 401, 403, 404, 406])
      expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(20);
  });

  it('leaves what there was', async () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(await asOwner('SELECT * FROM "Patient" WHERE id = $1', [untold.id])).toEqual([untold]);
  });
});

describe('A3.3 B8.1 random bytes at the socket', () => {
  const HEAD = Buffer.from('POST /v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n');
  const noise = fc.uint8Array({ minLength: 1, maxLength: 400 });
  const bytes = fc.oneof(
    noise,
    noise.map((part) => Buffer.concat([HEAD, part, Buffer.from('\r\n\r\n')])),
    noise.map((part) => Buffer.concat([HEAD, Buffer.from(`Content-Length: ${part.length}\r\n\r\n`), part])),
    noise.map((part) => Buffer.concat([HEAD, Buffer.from('Transfer-Encoding: chunked\r\n\r\n'), part])),
    fc.string({ maxLength: 100 }).map((path) => Buffer.from(`GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`)),
  );

  it(
    'are answered by a problem of the catalogue, or not at all, and the server goes on',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(bytes, async (sample) => {
          const socket = connect(portOf(app()), '127.0.0.1');
          let heard = '';
          socket.on('data', (data) => (heard += data.toString('latin1')));
          socket.on('error', () => undefined);
          socket.end(Buffer.from(sample));
          await once(socket, 'close');
          if (heard === '') return;
          expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
          expect(heard).toMatch(/application\/problem\+json/);
          expect(heard).toMatch(/default-src 'none'/i);
          expect(secrets.filter((secret) => heard.includes(secret))).toEqual([]);
        }),
        { numRuns: 1000 },
      );
      expect((await fetch(`http://127.0.0.1:${portOf(app())}/health/live`)).status).toBe(200);
    },
  );
});
