import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { flushLog } from '../../src/platform/telemetry/log-destination.js';
import { startApp } from '../support/app.ts';
import { Caller, someAddress } from '../support/caller.ts';
import { catchLog } from '../support/caught-log.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';

const log = catchLog();
let app: NestFastifyApplication;
let organization: TestOrganization;
let owner: SignedIn;

beforeAll(async () => {
  app = await startApp({ LOG_LEVEL: 'info' });
  organization = await TestOrganization.create(app);
  owner = await organization.as('owner');
});

afterAll(async () => {
  await app.close();
  log.release();
});

/** The line of the request whose answer carries this id. */
function lineOf(requestId: unknown): Record<string, unknown> {
  flushLog();
  const lines = log
    .text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const found = lines.filter((line) => line['context'] === 'Access' && line['requestId'] === requestId);
  expect(found).toHaveLength(1);
  return found[0] ?? {};
}

describe('A6.1 the access log', () => {
  it('says who asked for what, from where, and how it went', async () => {
    const { headers } = await owner.delete('/v1/members/0198c0de-0000-7000-8000-000000000000');
    const { member, address } = owner;
    const line = lineOf(headers['x-request-id']);
    expect(line).toMatchObject({
      level: 30,
      msg: 'request',
      method: 'DELETE',
      route: '/v1/members/:userId',
      status: 404,
      actor: member.userId,
      organizationId: organization.id,
      ip: address,
    });
    expect(line['time']).toMatch(/Z$/);
    expect(line['durationMs']).toBeGreaterThan(0);
    expect(line['traceId']).toMatch(/^[0-9a-f]{32}$/);
    expect(Object.keys(line)).toHaveLength(13);
  });

  it('has nobody for a stranger, and no route for what no route knows', async () => {
    const address = someAddress();
    const { headers } = await new Caller(app, undefined, address).get('/v1/nowhere?x=abc');
    const line = lineOf(headers['x-request-id']);
    expect(line).toMatchObject({ route: 'unmatched', status: 404, ip: address });
    expect(line).not.toHaveProperty('actor');
  });

  it('carries the trace that the caller names, and its own where the name is none', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const asked = async (traceparent: string) => {
      const { headers } = await new Caller(app).get('/v1/nowhere', { headers: { traceparent } });
      return lineOf(headers['x-request-id'])['traceId'];
    };
    expect(await asked(`00-${traceId}-00f067aa0ba902b7-01`)).toBe(traceId);
    expect(await asked(`00-${traceId}-00f067aa0ba902b7-01\u0085`)).not.toBe(traceId);
    expect(await asked('nonsense')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('leaves out probes, which would drown the rest', async () => {
    const { headers } = await new Caller(app).get('/health/live');
    flushLog();
    expect(log.text()).not.toContain(String(headers['x-request-id']));
  });
});
