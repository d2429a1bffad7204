import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { oneTimePassword } from '../../docs/client/one-time-password.ts';
import { ApiProblem, RampartClient } from '../../docs/client/rampart-client.ts';
import { useApp } from '../support/app.ts';
import { StoppedClock } from '../support/clock.ts';
import { TestOrganization, type Member } from '../support/organization.ts';
import { portOf } from '../support/raw-request.ts';
import { totpCode } from '../support/second-factor.ts';

// The addresses of the client are real ones: everybody comes from the same.
const app = useApp({ THROTTLE_SCALE: '100' });
let api: string;
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  await app().listen(0, '127.0.0.1');
  api = `http://127.0.0.1:${portOf(app())}`;
});

const secretOf = ({ totpSecret }: Member) => String(totpSecret);

describe('A14.3 A14.4 the client of docs/client', () => {
  it('makes the codes of an authenticator app', () => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    for (const at of [0, 59_000, 1_111_111_109_000, 1_795_000_000_000])
      expect(oneTimePassword(secret, at)).toBe(totpCode(secret, new Date(at)));
  });

  it('runs as the document says, from sign-in with two factors to a key', async () => {
    const clinician = await organization.addMember('clinician');
    const env = {
      PATH: process.env['PATH'],
      API: api,
      EMAIL: clinician.email,
      PASSWORD: clinician.password,
      TOTP_SECRET: secretOf(clinician),
    };
    const { stdout } = await promisify(execFile)(process.execPath, ['docs/client/example.ts'], { env });
    expect(stdout.trim().split('\n')).toEqual([
      'signed in as clinician',
      'the key reads 0 patients',
      'the key is revoked',
      'signed out',
    ]);
  });

  it('refreshes before the end of the token, once for calls at the same moment', async () => {
    const { email, password } = await organization.addMember('receptionist');
    let ahead = 0;
    const client = new RampartClient(api, { sleep: () => Promise.resolve(), now: () => Date.now() + ahead });
    await client.signIn(email, password, () => '');
    ahead = 290_000;
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.get<{ email: string }>('/v1/me')));
    expect(answers.map((answer) => answer.email)).toEqual(Array.from({ length: 5 }, () => email));
    ahead = 580_000;
    await expect(client.get('/v1/me')).resolves.toMatchObject({ email });
  });

  it('goes on when the wait is over', async () => {
    const { email, password } = await organization.addMember('receptionist');
    const sleep = () => Promise.reject(new Error('told to wait'));
    const guessing = new RampartClient(api, { sleep, now: () => Date.now() });
    const wrong = () => guessing.signIn(email, 'not the password', () => '').catch(String);
    const refusals = [];
    for (let times = 0; times < 7; times += 1) refusals.push(await wrong());
    expect(refusals.at(-1)).toContain('told to wait');

    const clock = new StoppedClock(app());
    const waits: number[] = [];
    const wait = (milliseconds: number) => {
      waits.push(milliseconds);
      clock.advance(milliseconds / 1000);
      return Promise.resolve();
    };
    const client = new RampartClient(api, { sleep: wait, now: () => clock.now.getTime() });
    await client.signIn(email, password, () => '');
    expect(waits).toHaveLength(1);
    await expect(client.get('/v1/me')).resolves.toMatchObject({ email });
  });

  it('tries a POST again under the same key, and never another', async () => {
    const keys: unknown[] = [];
    const busy = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']);
      const isFirst = keys.length === 1;
      response.writeHead(isFirst ? 503 : 200, { 'retry-after': '1' }).end('{}');
    });
    busy.listen(0, '127.0.0.1');
    await once(busy, 'listening');
    try {
      const { port } = busy.address() as AddressInfo;
      const client = new RampartClient(`http://127.0.0.1:${port}`, { sleep: () => Promise.resolve(), now: Date.now });
      client.useKey('rmp_none');
      await client.post('/v2/patients', {});
      await client.post('/v2/patients', {});
      await client.get('/v2/patients');
    } finally {
      busy.closeAllConnections();
      busy.close();
    }
    const [first, again, other, none] = keys;
    expect([again, none]).toEqual([first, undefined]);
    expect(new Set([first, other])).not.toContain(undefined);
    expect(other).not.toBe(first);
  });

  it('waits as Retry-After says, and gives up with the problem', async () => {
    const { email } = await organization.addMember('receptionist');
    const waits: number[] = [];
    const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    const client = new RampartClient(api, { sleep, now: () => Date.now() });
    const problems: unknown[] = [];
    for (let times = 0; times < 7 && waits.length === 0; times += 1)
      problems.push(await client.signIn(email, 'not the password', () => '').catch((error: unknown) => error));
    const last = problems.at(-1);
    expect(last).toBeInstanceOf(ApiProblem);
    expect(last).toMatchObject({ status: 429, requestId: expect.any(String) });
    expect(problems[0]).toMatchObject({ status: 401 });
    expect(waits.length).toBe(2);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
  });
});
