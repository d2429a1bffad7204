import { once } from 'node:events';
import { connect } from 'node:net';
import { Controller, Get, Module, Param, Post, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { Public } from '../../src/platform/access/index.js';
import type { LoadedConfig } from '../../src/platform/config/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { DatabaseConfig } from '../../src/platform/database/database.config.js';
import { DatabaseFailures } from '../../src/platform/database/database-failures.js';
import { Database } from '../../src/platform/database/index.js';
import { createPool } from '../../src/platform/database/pool.js';
import { Field, Returns } from '../../src/platform/serialization/index.js';
import { IdPipe } from '../../src/platform/validation/index.js';
import { asOwner } from '../integration/open-database.ts';
import { startApp, testConfig } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { workerDatabase } from '../support/database.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf } from '../support/raw-request.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

class View {
  @Field() id!: string;
}

let release: () => void;
/** What the handler made of it once it was let go on. */
let later: Promise<PromiseSettledResult<unknown>[]>;

@Controller('fixture')
class SlowController {
  constructor(private readonly database: Database) {}

  /** Writes when it is too late: by itself, and at the end of a transaction that it had begun in time. */
  @Post('late/:name')
  @Public('a fixture')
  @Returns(200, View)
  async late(@Param('name', IdPipe) name: string) {
    const released = new Promise<void>((resolve) => (release = resolve));
    const add = async () => void (await this.database.client.organization.create({ data: { id: newId(), name } }));
    const begun = this.database.inTransaction(async () => {
      await add();
      await released;
    });
    later = Promise.allSettled([begun, released.then(add)]);
    await later;
    return { id: '1' };
  }

  @Get('never')
  @Public('a fixture')
  @Returns(200, View)
  never() {
    return new Promise((resolve) => {
      release = () => resolve({ id: '1' });
    });
  }
}

@Module({})
class FixtureModule {}

const withSlowRoute = (config: LoadedConfig): DynamicModule => ({
  module: FixtureModule,
  imports: [AppModule.forRoot(config)],
  controllers: [SlowController],
});

let app: NestFastifyApplication;

beforeAll(async () => {
  app = await startApp({ REQUEST_DEADLINE_MS: '300' }, withSlowRoute);
});
afterAll(() => app.close());

describe('B6.5 a handler that does not come back', () => {
  it('is answered for at the deadline, and what it says later changes nothing', async () => {
    const answer = await new Caller(app).get('/v1/fixture/never');
    expectProblem(answer, 'service-unavailable');
    expect(answer.headers['retry-after']).toBe('1');
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await new Caller(app).get('/health/live')).status).toBe(200);
  });
});

describe('B6.5 a handler that goes on after the deadline', () => {
  const rowsOf = async (name: string) =>
    (await asOwner<{ id: string }>('SELECT id FROM "Organization" WHERE name = $1', [name])).length;

  it('changes nothing any more, and what it had begun is rolled back', async () => {
    const name = newId();
    expectProblem(await new Caller(app).post(`/v1/fixture/late/${name}`), 'service-unavailable');
    release();
    expect((await later).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await rowsOf(name)).toBe(0);
  });

  it('has changed what it should when it came in time', async () => {
    const name = newId();
    const before = release;
    const answer = new Caller(app).post(`/v1/fixture/late/${name}`);
    await vi.waitFor(() => expect(release).not.toBe(before));
    release();
    expect((await answer).status).toBe(200);
    expect(await rowsOf(name)).toBe(2);
  });
});

describe('B6.5 a pool whose connections are all taken', () => {
  it('lets as many wait as may, and refuses the others at once', async () => {
    const config = await testConfig({ DATABASE_POOL_SIZE: '1', DATABASE_POOL_QUEUE: '2' });
    const pool = createPool(config.get(DatabaseConfig));
    const taken = await pool.connect();
    const waiting = [pool.query('SELECT 1'), pool.query('SELECT 1')];
    const refusal: unknown = await pool.query('SELECT 1').catch((error: unknown) => error);
    const translated = new DatabaseFailures().translate(refusal);
    expect(translated?.code).toBe('service-unavailable');
    expect(translated?.headers).toEqual({ 'retry-after': '1' });
    taken.release();
    expect((await Promise.all(waiting)).map(({ rowCount }) => rowCount)).toEqual([1, 1]);
    await pool.end();
  });

  it('is a 503 to some of a crowd, and serves everybody afterwards', async () => {
    const crowded = await startApp({ DATABASE_POOL_SIZE: '2', DATABASE_POOL_QUEUE: '3' });
    try {
      const person = await (await TestOrganization.create(crowded)).as('receptionist');
      const answers = await Promise.all(Array.from({ length: 30 }, () => person.get('/v1/me')));
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.length).toBeGreaterThan(0);
      for (const answer of refused) expectProblem(answer, 'service-unavailable');
      await vi.waitFor(async () => expect((await person.get('/v1/me')).status).toBe(200));
    } finally {
      await crowded.close();
    }
  });
});

describe('a start', () => {
  it('waits for a database that is not there yet', async () => {
    const proxy = await TcpProxy.before((await workerDatabase()).serverUrl);
    proxy.cut();
    const ping = vi.spyOn(Database.prototype, 'ping');
    const starting = startApp({ DATABASE_URL: proxy.url, DATABASE_WAIT_MS: '60000', DATABASE_POOL_TIMEOUT_MS: '300' });
    await vi.waitFor(() => expect(ping.mock.calls.length).toBeGreaterThan(1), { timeout: 10_000 });
    proxy.restore();
    const started = await starting;
    try {
      expect((await new Caller(started).get('/health/live')).status).toBe(200);
    } finally {
      await started.close();
      proxy.close();
    }
  });
});

describe('B8.5 a stop', () => {
  it.each([
    ['has said nothing', ''],
    ['has begun to say something', 'GET /health/live HTTP/1.1\r\nHo'],
  ])('does not wait for a connection that %s', async (_what, bytes) => {
    const other = await startApp();
    await other.listen(0, '127.0.0.1');
    const socket = connect(portOf(other), '127.0.0.1');
    await once(socket, 'connect');
    if (bytes !== '') socket.write(bytes);
    await new Promise((resolve) => other.getHttpServer().getConnections(resolve));
    const closed = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    await other.close();
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
