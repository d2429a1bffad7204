import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll } from 'vitest';
import { configureApp, createApp } from '../../src/app.setup.js';
import { configSlices } from '../../src/config.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { loadConfig, type LoadedConfig } from '../../src/platform/config/index.js';
import { holdToContract } from './contract.ts';
import { workerDatabase } from './database.ts';
import { noteRaised } from './raised-events.ts';

/** Argon2id as cheap as it gets: what it costs is the subject of one test alone. */
const CHEAP_HASHING = { ARGON2_MEMORY_KIB: '8', ARGON2_ITERATIONS: '1', ARGON2_MAX_QUEUED: '10000' };

/** Every caller of a test has an address of its own (caller.ts): what one does wrong must not slow the others down. */
const BEHIND_A_PROXY = { TRUSTED_PROXIES: '127.0.0.1' };

/** Suites do for minutes what is an attack: alerts are raised, and nobody is shut out. Tests of detection set their own. */
const NOBODY_IS_SHUT_OUT = { DETECTION_NEVER_BLOCK: '10.0.0.0/8, 127.0.0.0/8' };
/** Tests are in more of a hurry than people are. The limits of sign-in stay, and test/attacks/request-flood.test.ts is about all of them. */
const WIDE_LIMITS = { THROTTLE_SCALE: '100' };

/** One folder for the generated secrets of this worker, so that two applications of a test share their keys. */
const root = mkdtempSync(join(tmpdir(), 'rampart-test-'));

export async function testConfig(settings: Readonly<Record<string, string>> = {}): Promise<LoadedConfig> {
  const { serverUrl } = await workerDatabase();
  const process = {
    NODE_ENV: 'test',
    DATABASE_URL: serverUrl,
    DATABASE_WAIT_MS: '0',
    MANAGEMENT_PORT: '0',
    LOG_LEVEL: 'silent',
    MAIL_FOLDER: join(root, 'mail'),
    ...CHEAP_HASHING,
    ...BEHIND_A_PROXY,
    ...NOBODY_IS_SHUT_OUT,
    ...WIDE_LIMITS,
    ...settings,
  };
  return loadConfig(configSlices, { root, process });
}

/** The shipped application on this worker's database. Close it. */
export async function startApp(
  settings: Readonly<Record<string, string>> = {},
  rootOf?: (config: LoadedConfig) => Type | DynamicModule,
): Promise<NestFastifyApplication> {
  const config = await testConfig(settings);
  const app = await createApp(config, rootOf?.(config));
  holdToContract(app);
  if (rootOf === undefined) app.get(SecurityEvents).subscribe(({ name }) => noteRaised(name));
  try {
    await configureApp(app);
    return app;
  } catch (error) {
    // The process of a server ends here; in ours its workers would go on, and take the jobs of the next test.
    await app.close();
    throw error;
  }
}

/** The shipped application for all tests of a file. */
export function useApp(settings: Readonly<Record<string, string>> = {}): () => NestFastifyApplication {
  let app: NestFastifyApplication | undefined;
  beforeAll(async () => {
    app = await startApp(settings);
  });
  afterAll(() => app?.close());
  return () => {
    if (app === undefined) throw new Error('the application starts in beforeAll');
    return app;
  };
}
