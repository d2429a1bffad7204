import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { StartRefused } from '../../src/platform/process/index.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { workerDatabase } from '../support/database.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { productionSettings } from '../support/production.ts';

let settings: Record<string, string>;
let app: NestFastifyApplication;
let management: string;

beforeAll(async () => {
  settings = await productionSettings();
  app = await startApp(settings);
  management = await app.get(ManagementListener).listen();
});

afterAll(() => app.close());

describe('in production', () => {
  it('serves what it serves elsewhere', async () => {
    const clinician = await (await TestOrganization.create(app)).as('clinician');
    expect((await clinician.get('/v1/patients')).status).toBe(200);
    expect((await new Caller(app).get('/openapi.json')).status).toBe(200);
  });

  it('names the public address in its problems, and no other', async () => {
    const answer = await new Caller(app).get('/nowhere', {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    expectProblem(answer, 'not-found');
    expect(answer.body['type']).toBe('https://api.example.com/errors/not-found');
  });

  it.each(['/docs', '/docs/', '/docs/js/scalar.js', '/routes', '/metrics', '/health/ready'])(
    'B18.3 does not know %s for clients',
    async (url) => {
      expectProblem(await new Caller(app).get(url), 'not-found');
    },
  );

  it.each(['/docs/', '/openapi.json', '/routes', '/health/ready'])(
    'B18.3 has %s for operators, on loopback',
    async (url) => {
      expect(new URL(management).hostname).toBe('127.0.0.1');
      expect((await fetch(`${management}${url}`)).status).toBe(200);
    },
  );

  it('A7.5 refuses a login that owns the tables', async () => {
    const { ownerUrl } = await workerDatabase();
    const refusal = await startApp({ ...settings, DATABASE_URL: ownerUrl }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartRefused);
    expect(String(refusal)).toContain('DATABASE_URL');
    expect(String(refusal)).not.toContain(new URL(ownerUrl).password);
  });
});
