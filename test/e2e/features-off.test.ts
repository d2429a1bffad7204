import { describe, expect, it } from 'vitest';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

describe('B18.4 features that are switched off', () => {
  const app = useApp({ FEATURES_OFF: 'accounts, api-keys' });

  it.each([
    ['POST', '/v1/auth/sign-up'],
    ['POST', '/v1/auth/reset-password'],
    ['POST', '/v1/me/password'],
    ['GET', '/v1/api-keys'],
    ['POST', '/v1/api-keys'],
  ])('have no route: %s %s', async (method, path) => {
    const owner = await (await TestOrganization.create(app())).as('owner');
    expectProblem(await owner.call(method, path, { body: method === 'POST' ? {} : undefined }), 'not-found');
  });

  it('stand in no list of routes and in no description', async () => {
    const gone = /api-keys|sign-up|reset-password|me\/password/;
    const routes = app().get(CompletenessCheck).routes();
    expect(routes.length).toBeGreaterThan(10);
    expect(routes.filter(({ path }) => gone.test(path))).toEqual([]);
    const { body } = await new Caller(app()).get('/openapi.json');
    expect(Object.keys(body['paths'] as object).filter((path) => gone.test(path))).toEqual([]);
  });

  it('leave the rest at work', async () => {
    const clinician = await (await TestOrganization.create(app())).as('clinician');
    expect((await clinician.get('/v1/patients')).status).toBe(200);
  });

  it('give an API key nothing', async () => {
    const key = { authorization: `ApiKey rmp_test_${'a'.repeat(16)}_${'b'.repeat(43)}_abcdef` };
    expectProblem(await new Caller(app()).get('/v1/patients', { headers: key }), 'unauthenticated');
  });

  it('are refused by a name that means nothing', async () => {
    await expect(startApp({ FEATURES_OFF: 'acounts' })).rejects.toThrow(/"acounts" is none of accounts, api-keys/);
  });
});
