import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { catchLog } from '../support/caught-log.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { RedisServer } from '../support/redis.ts';
import { lacksTool } from '../support/tools.ts';

/** Two instances and a real Redis, which is stopped, frozen and started again while they serve. */
// docs/recipes/rate-limits.md says what is done here.
describe.skipIf(lacksTool('redis-server'))('two instances with one Redis', () => {
  let redis: RedisServer;
  let instances: [NestFastifyApplication, NestFastifyApplication];
  let organization: TestOrganization;
  let log: ReturnType<typeof catchLog>;

  beforeAll(async () => {
    log = catchLog();
    redis = await RedisServer.start();
    // A sixth: 100 reads a minute for a person, 500 for an address.
    const settings = { REDIS_URL: redis.url, INSTANCES: '2', THROTTLE_SCALE: '0.1666667', LOG_LEVEL: 'warn' };
    instances = [await startApp(settings), await startApp(settings)];
    organization = await TestOrganization.create(instances[0]);
    await isShared();
  });

  afterAll(async () => {
    for (const app of instances ?? []) await app.close();
    redis?.thaw();
    await redis?.stop();
    log?.release();
  });

  const on = (index: number, address = someAddress(), token?: string) =>
    new Caller(instances[index % 2 === 0 ? 0 : 1], token, address);
  const login = (index = 0) => on(index).post('/v1/auth/login', {});
  const events = (name: string) => log.text().split(`"event":"${name}"`).length - 1;

  /** Both count together: what one has counted the other goes on from. */
  async function isShared(): Promise<void> {
    await vi.waitFor(
      async () => {
        const address = someAddress();
        const answers = [
          await on(0, address).post('/v1/auth/login', {}),
          await on(1, address).post('/v1/auth/login', {}),
        ];
        expect(answers.map(({ headers }) => /r=(\d+)/.exec(String(headers['ratelimit']))?.[1])).toEqual(['59', '58']);
      },
      { timeout: 15_000, interval: 100 },
    );
  }

  function readsOf(person: SignedIn, times: number, indexOf = (call: number) => call): Promise<Answer[]> {
    return Promise.all(
      Array.from({ length: times }, (_, call) => on(indexOf(call), someAddress(), person.accessToken).get('/v1/me')),
    );
  }

  const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;

  it('B6.2 let exactly 100 of 500 parallel requests pass when the limit is 100', async () => {
    const answers = await readsOf(await organization.as('receptionist'), 500);
    expect(passed(answers)).toBe(100);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(400);
    for (const answer of refused) expectProblem(answer, 'quota-exceeded');
    expect(events('excess_rate_limit_exceeded')).toBe(1);
  });

  it('B6.2 let exactly 60 of 200 parallel sign-ins from one address pass, which nothing scales', async () => {
    const address = someAddress();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, call) => on(call, address).post('/v1/auth/login', {})),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(60);
  });

  const outages: [how: string, begin: () => unknown, end: () => unknown][] = [
    ['is gone', () => redis.stop(), () => redis.start()],
    ['says nothing', () => redis.freeze(), () => redis.thaw()],
  ];

  it.each(outages)(
    'B6.4 A7.2 while Redis %s, close sign-in, limit the rest by themselves, tell, and recover',
    async (_how, begin, end) => {
      const [person, other] = [await organization.as('receptionist'), await organization.as('receptionist')];
      const [lost, restored] = [events('sys_throttle_lost'), events('sys_throttle_restored')];
      await begin();
      try {
        for (const index of [0, 1]) {
          const refusal = await login(index);
          expectProblem(refusal, 'service-unavailable');
          expect(refusal.headers['retry-after']).toBe('1');
          expectProblem(
            await on(index, undefined, person.accessToken).post('/v1/me/mfa/totp', {}),
            'service-unavailable',
          );
          expect((await on(index, undefined, person.accessToken).get('/v1/me')).status).toBe(200);
        }
        // Half of what both may grant together.
        expect(passed(await readsOf(other, 80, () => 0))).toBe(50);
        expect(events('sys_throttle_lost')).toBe(lost + 2);
      } finally {
        await end();
      }
      await isShared();
      expect((await login()).status).toBe(400);
      expect(events('sys_throttle_restored')).toBe(restored + 2);
    },
  );
});
