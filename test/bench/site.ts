import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { Failure } from '../../scripts/bootstrap/failure.mjs';
import { type Cluster, startCluster } from '../../scripts/db/cluster.ts';
import { Service } from './processes.ts';

const DATABASE = 'rampart_bench';
const POOL_SIZE = 10;

const repository = resolve(import.meta.dirname, '../..');
const folder = join(repository, '.data/bench');

const accountsFile = z.object({
  accounts: z.array(z.object({ email: z.string(), password: z.string(), role: z.string(), organization: z.string() })),
});
const challenge = z.object({ challengeToken: z.string() });
const tokens = z.object({ accessToken: z.string() });
const page = z.object({ items: z.array(z.object({ id: z.string() })) });

const manifest = z.object({ scripts: z.object({ start: z.string() }) });

/** The flags of Node that `npm start` has: what ships is what is measured. */
function flagsOfStart(): string[] {
  const { scripts } = manifest.parse(parsed(join(repository, 'package.json')));
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Where the bench runs: a database, secrets and accounts of its own, apart from those of the developer. */
export class Site {
  /** Whose patients both servers read. */
  readonly organizationId: string;
  readonly patientId: string;
  private readonly databaseUrl: string;
  private readonly superuserUrl: string;

  private constructor(urls: { server: string; superuser: string }, patient: { id: string; organizationId: string }) {
    this.databaseUrl = urls.server;
    this.superuserUrl = urls.superuser;
    this.patientId = patient.id;
    this.organizationId = patient.organizationId;
  }

  /** `onCluster` gets the cluster as soon as there is one to stop. */
  static async prepare(onCluster: (cluster: Cluster) => void): Promise<Site> {
    refuseWithoutBuild();
    mkdirSync(join(folder, '.data'), { recursive: true });
    const cluster = await startCluster({ dir: folder, durable: false });
    onCluster(cluster);
    await replaceDatabase(cluster.superuserUrl('postgres'));
    await node(['scripts/db/migrate.ts'], repository, { DATABASE_MIGRATION_URL: cluster.ownerUrl(DATABASE) });
    rmSync(join(folder, '.data/demo-accounts.json'), { force: true });
    const serverUrl = cluster.serverUrl(DATABASE);
    await node([join(repository, 'dist/prisma/seed.js')], folder, { DATABASE_URL: serverUrl });
    const superuser = cluster.superuserUrl(DATABASE);
    return new Site({ server: serverUrl, superuser }, await somePatient(superuser));
  }

  startBaseline(): Promise<Service> {
    // The least that could do the same read is not subject to row-level policies either.
    const env = { ...this.environment(), DATABASE_URL: this.superuserUrl, ORGANIZATION_ID: this.organizationId };
    return Service.start([fileURLToPath(new URL('baseline.ts', import.meta.url))], folder, env);
  }

  /** The server as it ships. */
  startRampart(): Promise<Service> {
    return Service.start([...flagsOfStart(), join(repository, 'dist/src/main.js')], folder, this.environment());
  }

  /** The server with a switch around each step of its pipeline. */
  startVariant(): Promise<Service> {
    return Service.start(
      [...flagsOfStart(), fileURLToPath(new URL('variant.ts', import.meta.url))],
      folder,
      this.environment(),
    );
  }

  /** Of the other clinic. */
  async foreignPatientId(): Promise<string> {
    return withClient(this.superuserUrl, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `SELECT id FROM "Patient" WHERE "organizationId" <> $1 ORDER BY id LIMIT 1`,
        [this.organizationId],
      );
      if (rows[0] === undefined) throw new Failure('The seed made patients in one clinic only.');
      return rows[0].id;
    });
  }

  /** People without a second factor, members of an organization of their own, all with the password of a demo account. */
  async addAccounts(count: number): Promise<{ email: string; password: string }[]> {
    const { email: template, password } = this.account('receptionist');
    const name = randomUUID();
    const emails = Array.from({ length: count }, (_, index) => `${name}-${index}@bench.example`);
    await withClient(this.superuserUrl, (client) =>
      client.query(
        `WITH organization AS (
           INSERT INTO "Organization" (id, name) VALUES (gen_random_uuid(), $1) RETURNING id
         ), people AS (
           INSERT INTO "User" (id, email, "displayName", "passwordHash", "updatedAt")
           SELECT gen_random_uuid(), wanted, 'Bench', template."passwordHash", now()
           FROM unnest($2::text[]) AS wanted, "User" AS template WHERE template.email = $3 RETURNING id
         )
         INSERT INTO "Membership" ("organizationId", "userId", role)
         SELECT organization.id, people.id, 'receptionist' FROM organization, people`,
        [name, emails, template],
      ),
    );
    return emails.map((email) => ({ email, password }));
  }

  /** Signs in as the clinician of North Clinic, for real, second factor and all. The token lives for five minutes. */
  async signIn(server: Service): Promise<Record<string, string>> {
    const { email, password } = this.account('clinician');
    const { challengeToken } = challenge.parse(await post(server, '/v1/auth/login', { email, password }));
    // A one-time password works once in half a minute; a recovery code for each sign-in does as well.
    const code = randomBytes(12).toString('hex').toUpperCase();
    await withClient(this.superuserUrl, (client) =>
      client.query(`INSERT INTO "RecoveryCode" ("userId", "codeHash") SELECT id, $2 FROM "User" WHERE email = $1`, [
        email,
        createHash('sha256').update(code).digest(),
      ]),
    );
    const answer = await post(server, '/v1/auth/mfa', { challengeToken, method: 'recovery_code', code });
    return { authorization: `Bearer ${tokens.parse(answer).accessToken}` };
  }

  private account(wanted: string): { email: string; password: string } {
    const { accounts } = accountsFile.parse(parsed(join(folder, '.data/demo-accounts.json')));
    const account = accounts.find(({ role, organization }) => role === wanted && organization === 'North Clinic');
    if (account === undefined) throw new Failure(`The seed made no ${wanted} in North Clinic.`);
    return account;
  }

  private environment(): Record<string, string> {
    return {
      ...inherited(),
      DATABASE_URL: this.databaseUrl,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      // Each sign-in of the bench may come from an address of its own.
      TRUSTED_PROXIES: '127.0.0.1',
      // Counted like everybody, and never refused.
      THROTTLE_SCALE: '1000000',
      NODE_ENV: 'development',
    };
  }
}

const someAddress = (): string => `10.4.${randomInt(256)}.${randomInt(256)}`;

async function post(server: Service, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${server.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': someAddress() },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Failure(`${path} failed: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A comparison of two servers that answer different things would mean nothing. */
export async function refuseDifferentAnswers(
  baseline: { one: string; list: string },
  rampart: { one: string; list: string; headers: Record<string, string> },
): Promise<void> {
  const ids = async (url: string, headers: Record<string, string> = {}) => {
    const { items } = page.parse(await (await fetch(url, { headers })).json());
    return items.map(({ id }) => id).join();
  };
  const id = async (url: string, headers: Record<string, string> = {}) =>
    z.object({ id: z.string() }).parse(await (await fetch(url, { headers })).json()).id;
  const isSameRow = (await id(baseline.one)) === (await id(rampart.one, rampart.headers));
  const isSameList = (await ids(baseline.list)) === (await ids(rampart.list, rampart.headers));
  if (!isSameRow || !isSameList) throw new Failure('The baseline and Rampart do not answer with the same rows.');
}

function refuseWithoutBuild(): void {
  const notes = join(repository, 'dist/.tsbuildinfo');
  if (!existsSync(join(repository, 'dist/src/main.js'))) {
    throw new Failure('There is no build to measure: run npm run build first.');
  }
  const builtAt = statSync(notes, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync('src/**/*.ts', { cwd: repository, exclude: ['**/*.spec.ts', '**/generated/**'] });
  const isStale = sources.some((path) => statSync(join(repository, path)).mtimeMs > builtAt);
  if (isStale) console.error('Mind: dist/ is older than src/. npm run build, to measure what src/ says.\n');
}

/** What a process needs to run at all. Nothing of the developer's own settings: they would change what is measured. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function node(args: string[], cwd: string, env: Record<string, string>): Promise<void> {
  const quiet = ['--disable-warning=ExperimentalWarning', ...args];
  await promisify(execFile)(process.execPath, quiet, { cwd, env: { ...inherited(), ...env } });
}

async function replaceDatabase(superuserUrl: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER rampart_owner`);
  });
}

/** One from the middle of the first page. */
async function somePatient(superuserUrl: string): Promise<{ id: string; organizationId: string }> {
  return withClient(superuserUrl, async (client) => {
    const { rows } = await client.query<{ id: string; organizationId: string }>(
      `SELECT p.id, p."organizationId" FROM "Patient" p JOIN "Organization" o ON o.id = p."organizationId"
       WHERE o.name = 'North Clinic' ORDER BY p.id LIMIT 1 OFFSET 10`,
    );
    if (rows[0] === undefined) throw new Failure('The seed made no patients in North Clinic.');
    return rows[0];
  });
}

async function withClient<T>(connectionString: string, action: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

function parsed(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
