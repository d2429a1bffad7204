import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { ManagementListener } from '../../src/platform/health/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { makeKey, Program, type MadeKey } from '../support/api-keys.ts';
import { startApp } from '../support/app.ts';
import { useProgram } from '../support/built-program.ts';
import { Caller } from '../support/caller.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/** docs/recipes/respond-to-an-alert.md, step by step, with the routes and commands that stand there. */
const recipe = readFileSync('docs/recipes/respond-to-an-alert.md', 'utf8');
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
const auditProgram = useProgram('src/audit.ts');

const KEYS = `a:${Buffer.alloc(32, 7).toString('base64')}`;
const token = 'x'.repeat(43);
const settings = {
  CONSOLE_TOKEN: token,
  KEY_ENCRYPTION_KEYS: KEYS,
  DETECTION_THRESHOLDS: 'SCAN=3/600,KEY-NETWORKS=3/600',
  DETECTION_NEVER_BLOCK: '',
};

interface Scene {
  readonly urls: DatabaseUrls;
  readonly app: NestFastifyApplication;
  readonly management: string;
  readonly owner: SignedIn;
  readonly auditor: SignedIn;
  readonly maker: SignedIn;
  readonly stolen: MadeKey;
  /** Calls with the stolen key. */
  readonly thief: Program;
  /** Looks for what is there, without any key. */
  readonly scanner: Caller;
}
let scene: Scene;

/** On a database of its own: nobody else is blocked there, and the trail is whole. */
beforeAll(async () => {
  vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
  const urls = await separateDatabase();
  const app = await startApp({ ...settings, DATABASE_URL: urls.serverUrl });
  const management = await app.get(ManagementListener).listen();
  const organization = await TestOrganization.create(app);
  const [owner, auditor] = [await organization.as('owner'), await organization.as('auditor')];
  const maker = await organization.as('receptionist');
  const patient = await maker.post('/v1/patients', somePatient);
  const stolen = await makeKey(maker);
  const thief = new Program(app, stolen.key, '203.0.113.7');
  const scanner = new Caller(app, undefined, '198.51.100.9');
  scene = { urls, app, management, owner, auditor, maker, stolen, thief, scanner };
  for (const n of [1, 2, 3]) {
    await scene.scanner.get(`/nothing-${n}`);
    await new Program(app, stolen.key, `203.${n}.113.7`).get(`/v1/patients/${String(patient.body['id'])}`);
  }
}, 60_000);

afterAll(() => scene.app.close());

async function itemsOf(path: string, reader: Caller): Promise<Record<string, unknown>[]> {
  const { status, text, body } = await reader.get(path);
  expect(status, text).toBe(200);
  return body['items'] as Record<string, unknown>[];
}

/** A command of the document, as `npm run` would start it. */
async function run(name: string, ...args: string[]): Promise<string> {
  const { urls } = scene;
  const script = scripts[name]?.replace(/^node /, '') ?? '';
  const [, built] = /runBuiltCommand\('dist\/src\/audit\.js', \['(\w+)'\]/.exec(readFileSync(script, 'utf8')) ?? [];
  const [file, ...given] = built === undefined ? [script, ...args] : [resolve(auditProgram()), built, ...args];
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: urls.serverUrl,
    KEY_ENCRYPTION_KEYS: KEYS,
    ...(built === undefined && { DATABASE_MIGRATION_URL: urls.ownerUrl }),
  };
  const cwd = built === undefined ? '.' : mkdtempSync(join(tmpdir(), 'rampart-test-'));
  return (await promisify(execFile)(process.execPath, [file, ...given], { env, cwd })).stdout;
}

/** What to do in each row of the table, where it can be done while the server runs; the others have recipes of their own. */
const stops: Record<string, (route: string) => Promise<void>> = {
  'an address or network': async (route) => {
    expect(route).toBe('POST /v1/security/ip-rules');
    expect((await scene.thief.get('/v1/patients')).status).toBe(200);
    const rule = { action: 'deny', network: '203.0.113.0/24', note: 'Uses a stolen key.' };
    expect((await scene.owner.post('/v1/security/ip-rules', rule)).status).toBe(201);
    await vi.waitFor(async () => expectProblem(await scene.thief.get('/v1/patients'), 'network-not-allowed'));
  },
  'an API key': async (route) => {
    expect(route).toBe('DELETE /v1/api-keys/:id');
    const elsewhere = new Program(scene.app, scene.stolen.key);
    expect((await elsewhere.get('/v1/patients')).status).toBe(200);
    expect((await scene.owner.delete(`/v1/api-keys/${scene.stolen.id}`)).status).toBe(204);
    await vi.waitFor(async () => expectProblem(await elsewhere.get('/v1/patients'), 'unauthenticated'));
  },
  'a member': async (route) => {
    expect(route).toBe('DELETE /v1/members/:userId');
    expect((await scene.maker.get('/v1/me')).status).toBe(200);
    expect((await scene.owner.delete(`/v1/members/${scene.maker.member.userId}`)).status).toBe(204);
    await vi.waitFor(async () => expectProblem(await scene.maker.get('/v1/me'), 'unauthenticated'));
  },
};

const expectStopped = async (what: string, route: string) => stops[what]?.(route);

const rows = [...recipe.matchAll(/^ +\| (an? [^|]+?|all [^|]+?) +\| (.*?) +\|$/gm)].map(
  ([, what = '', how = '']) => [what, how] as const,
);

describe('A14.4 B12.2 docs/recipes/respond-to-an-alert.md', () => {
  it('1: the console shows what is live, with a page that there is', async () => {
    await vi.waitFor(async () => {
      const answer = await fetch(`${scene.management}/console`, { headers: { authorization: `Bearer ${token}` } });
      const page = await answer.text();
      expect(page).toContain(scene.scanner.address);
      expect(page).toContain('One API key from many networks');
      const named = [...page.matchAll(/docs\/runbooks\/[\w-]+\.md/g)].map(([path]) => path);
      expect(named.length).toBeGreaterThan(1);
      expect(named.filter((path) => !existsSync(path))).toEqual([]);
    });
  });

  it('2: the owner sees whom it concerns, and an auditor what they did', async () => {
    const [, alerts = '', events = ''] =
      /`GET (\/v1\/security\/alerts)`.*`GET (\/v1\/audit-events)`/s.exec(recipe) ?? [];
    await vi.waitFor(async () =>
      expect(await itemsOf(alerts, scene.owner)).toEqual([
        expect.objectContaining({ point: 'KEY-NETWORKS', subject: expect.stringContaining(scene.stolen.id) as string }),
      ]),
    );
    expect(await itemsOf(events, scene.auditor)).toContainEqual(expect.objectContaining({ name: 'security_alert' }));
  });

  it('3: the table has no row that nobody has tried', () => {
    const elsewhere = rows.filter(([what]) => stops[what] === undefined).map(([, how]) => how);
    expect(rows.length - elsewhere.length).toBe(Object.keys(stops).length);
    expect(elsewhere.map((how) => /npm run keys:rotate-\w+|`FEATURES_OFF`/.exec(how)?.[0])).toEqual([
      'npm run keys:rotate-signing',
      'npm run keys:rotate-data',
      '`FEATURES_OFF`',
    ]);
  });

  it.each(rows.filter(([what]) => stops[what] !== undefined))('3: %s is stopped', async (what, how) => {
    await expectStopped(what, /`([A-Z]+ \/[^`]+)`/.exec(how)?.[1] ?? '');
  });

  it('4: who was blocked by mistake is seen, and let in again', async () => {
    const blocked = async () => (await scene.scanner.get('/health/live')).body['code'];
    expect(await blocked()).toBe('temporarily-blocked');
    const commands = [...recipe.matchAll(/^ +npm run (\S+) -- (\w+)/gm)].map(([, name = '', verb = '']) => [
      name,
      verb,
    ]);
    expect(commands.map(([, verb]) => verb)).toEqual(['list', 'lift']);
    const [[list = '', show = ''] = [], [lift = '', take = ''] = []] = commands;
    const line = (await run(list, show)).split('\n').find((text) => text.includes(scene.scanner.address)) ?? '';
    const [id = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(line) ?? [];
    expect(await run(lift, take, id)).toContain('Lifted: block');
    await vi.waitFor(async () => expect(await blocked()).toBeUndefined());
  });

  it('5: the trail is whole, and what happened is written out', async () => {
    await scene.app.get(Sealer).seal();
    const [verify = '', write = ''] = [...recipe.matchAll(/`npm run (audit:\w+)`/g)].map(([, name = '']) => name);
    // Would end with 1.
    await expect(run(verify)).resolves.toBe('');
    const written = await run(write);
    for (const words of ['KEY-NETWORKS', 'measure-lifted', scene.stolen.id, scene.maker.member.userId]) {
      expect(written).toContain(words);
    }
  });
});
