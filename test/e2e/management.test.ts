import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { startApp } from '../support/app.ts';
import type { Answer } from '../support/caller.ts';
import { catchLog } from '../support/caught-log.ts';
import { expectProblem } from '../support/problem.ts';

let app: NestFastifyApplication;
let origin: string;
const log = catchLog();

beforeAll(async () => {
  // Three reads a minute and address, and one path that is not there.
  app = await startApp({ THROTTLE_SCALE: '0.001', LOG_LEVEL: 'error' });
  const management = app.get(ManagementListener);
  management.publish((server) => {
    server.get('/fixture/broken', () => {
      throw new Error('canary of the inside');
    });
  });
  origin = await management.listen();
});
afterAll(async () => {
  await app.close();
  log.release();
});

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${origin}${path}`);
  const body = await response.text();
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: JSON.parse(body) as Answer['body'], text: body };
}

// docs/recipes/operate.md says what is done here.
describe('the management listener', () => {
  it('B8.1 B8.2 tells nothing of what went wrong with a page, and keeps it for the log', async () => {
    const answer = await get('/fixture/broken');
    expectProblem(answer, 'internal-error');
    expect(answer.text).not.toContain('canary');
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(log.text()).toContain('canary of the inside');
  });

  it('B6.1 B6.3 serves an address as often as its budget says, and refuses with a problem that says when to come back', async () => {
    const answers = [await get('/routes'), await get('/health/ready'), await get('/routes')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const refused = answers[2] as Answer;
    expectProblem(refused, 'quota-exceeded');
    expect(refused.headers['ratelimit-policy']).toBe('"address";q=3;w=60');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('B8.1 B6.6 has a problem for a path that is not there, and a budget for those', async () => {
    expectProblem(await get('/.env'), 'not-found');
    expectProblem(await get('/.git/config'), 'quota-exceeded');
  });
});
