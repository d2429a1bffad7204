import { execFile, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/ports.ts';
import { productionSettings } from '../support/production.ts';

const PLANTED = 'planted-secret-in-a-place-that-nobody-copies';
const HOUSE = ['package.json', 'package-lock.json', '.npmrc', 'LICENSE', 'dist', 'prisma', 'scripts', 'deploy'];
let folder: string;
let image: string;
let server: ChildProcess | undefined;

/** The steps of deploy/Dockerfile without Docker, in a checkout in which somebody has left more than they should. */
beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.ts']);
  folder = mkdtempSync(join(tmpdir(), 'rampart-test-'));
  const checkout = join(folder, 'checkout');
  image = join(folder, 'app');
  for (const path of HOUSE) cpSync(path, join(checkout, path), { recursive: true });
  const litter = [
    '.env',
    '.data/dev.env',
    '.git/config',
    'deploy/secrets/database_url',
    'prisma/.env',
    'test/e2e/a.test.ts',
  ];
  for (const path of [...litter, 'dist/src/main.js.map', 'dist/src/roles.d.ts', 'dist/.env', 'dist/src/a.spec.js']) {
    mkdirSync(join(checkout, path, '..'), { recursive: true });
    writeFileSync(join(checkout, path), PLANTED);
  }
  // With the packages that are in npm's cache since they were installed here.
  await promisify(execFile)('bash', ['deploy/assemble.sh', image, '--prefer-offline'], {
    cwd: checkout,
    timeout: 300_000,
  });
}, 400_000);

afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const filesIn = (): string[] =>
  globSync('**/*', { cwd: image, exclude: ['node_modules'] }).map((path) => path.replaceAll('\\', '/'));

/** As the image's CMD says, with the settings of production. */
async function start(): Promise<{ url: string; log: () => string }> {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(readFileSync('deploy/Dockerfile', 'utf8')) ?? [];
  const [program, ...args] = JSON.parse(command) as string[];
  expect(program).toBe('node');
  const port = await freePort();
  const settings = { ...(await productionSettings()), PORT: String(port), MANAGEMENT_PORT: String(await freePort()) };
  let log = '';
  const child = spawn(process.execPath, args, { cwd: image, env: { ...settings, HOST: '127.0.0.1' } });
  server = child;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (log += data.toString()));
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${url}/health/live`).then(
          ({ status }) => status,
          () => log,
        ),
      { timeout: 60_000 },
    )
    .toBe(200);
  return { url, log: () => log };
}

// docs/recipes/deploy.md says what is done here.
describe('A9.4 A5.3 what the image holds', () => {
  it('is the server, the migrations, what applies them, and no file more', () => {
    const top = new Set(filesIn().map((path) => path.split('/')[0] ?? path));
    expect([...top].toSorted()).toEqual(['LICENSE', 'dist', 'package-lock.json', 'package.json', 'prisma', 'scripts']);
    expect(filesIn().filter((path) => /\.(?:map|spec\.\w+|test\.\w+)$|\.d\.ts$|(?:^|\/)\.env/.test(path))).toEqual([]);
  });

  it('has no secret of the checkout, and no repository', () => {
    const files = globSync(['**/*', '**/.*'], { cwd: image, exclude: ['node_modules'], withFileTypes: true });
    expect(files.length).toBeGreaterThan(300);
    const texts = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(texts.filter((path) => readFileSync(path, 'utf8').includes(PLANTED))).toEqual([]);
    expect(files.filter(({ name }) => name === '.git' || name === '.data')).toEqual([]);
  });

  it('has what package.json lists for production, and nothing that it lists for development', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      string,
      object
    >;
    const installed = (name: string): boolean =>
      globSync(`node_modules/${name}/package.json`, { cwd: image }).length > 0;
    expect(Object.keys(dependencies ?? {}).filter((name) => !installed(name))).toEqual([]);
    // Two are needed by packages of production as well.
    const brought = Object.keys(devDependencies ?? {}).filter(installed);
    expect(brought.filter((name) => !isNeeded(name))).toEqual([]);
    expect(globSync('node_modules/{node-{linux,darwin,win}-*,.bin/node}', { cwd: image })).toEqual([]);
    expect(globSync('node_modules/@koromix/koffi-*', { cwd: image }), 'native half of koffi').toHaveLength(1);
  });

  /** Whether the lockfile has it in production too: then it is no package of development alone. */
  const isNeeded = (name: string): boolean =>
    (JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { dev?: boolean }> }).packages[
      `node_modules/${name}`
    ]?.dev !== true;

  it('is not made in a folder that holds something already', async () => {
    const again = promisify(execFile)('bash', [resolve('deploy/assemble.sh'), image], {
      cwd: join(folder, 'checkout'),
    });
    await expect(again).rejects.toThrow('is not empty');
  });
});

describe('A9.4 the image', () => {
  it('starts in production, answers, refuses strangers, writes nothing where it stands, and ends when it is told to', async () => {
    const before = filesIn();
    const { url, log } = await start();
    expect(await (await fetch(`${url}/v1/me`)).json()).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await fetch(`${url}/docs`)).status).toBe(404);
    expect(filesIn()).toEqual(before);
    server?.kill('SIGTERM');
    const [code] = await once(server as ChildProcess, 'exit');
    expect(code, log()).toBe(0);
  }, 120_000);

  it('tells by its health check when nobody answers', async () => {
    const [, command = '[]'] = /HEALTHCHECK[^]*?CMD (\[.*\])$/m.exec(readFileSync('deploy/Dockerfile', 'utf8')) ?? [];
    const [, ...args] = JSON.parse(command) as string[];
    const env = { PORT: String(await freePort()) };
    await expect(promisify(execFile)(process.execPath, args, { env })).rejects.toMatchObject({ code: 1 });
  });
});
