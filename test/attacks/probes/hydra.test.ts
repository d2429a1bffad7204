import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../support/app.ts';
import { Caller } from '../../support/caller.ts';
import { separateDatabase } from '../../support/database.ts';
import { signIn, TestOrganization, type Member } from '../../support/organization.ts';
import { listen, probeFolder, runProbe, watchAnswers } from '../../support/probe.ts';
import { lacksTool } from '../../support/tools.ts';
import { createVulnerableTwin, WEAK_PASSWORD } from '../../support/vulnerable-twin.ts';

/** The attack: a list of passwords against one account, one after the other. The right one is on the list, at its end. */
const HYDRA = 'hydra';
const GUESSES = 120;

/** A colon separates the options of the module, and a backslash takes that from it. */
const FORM = String.raw`/v1/auth/login:{"email"\:"^USER^","password"\:"^PASS^"}:g=:H=Content-Type\: application/json:S=accessToken`;

function guessPasswords(origin: string, email: string): Promise<string> {
  const folder = probeFolder();
  const list = Array.from({ length: GUESSES }, (_, n) => `Winter${1900 + n}!`);
  writeFileSync(join(folder, 'passwords'), [...list, WEAK_PASSWORD].join('\n'));
  const args = ['-I', '-f', '-t', '4', '-l', email, '-P', 'passwords', '-s', new URL(origin).port];
  return runProbe(HYDRA, [...args, '127.0.0.1', 'http-post-form', FORM], folder);
}

describe.skipIf(lacksTool(HYDRA))('A15.1 A1.3 hydra', () => {
  let app: NestFastifyApplication;
  let origin: string;
  let statuses: readonly number[];
  let member: Member;
  let twin: Awaited<ReturnType<typeof createVulnerableTwin>>;

  beforeAll(async () => {
    twin = await createVulnerableTwin();
    // Of its own: on that of the worker somebody may have guessed from this address before, and be shut out already.
    app = await startApp({ DATABASE_URL: (await separateDatabase()).serverUrl });
    origin = await listen(app);
    statuses = watchAnswers(app);
    member = await (await TestOrganization.create(app)).addMember('receptionist', WEAK_PASSWORD);
  });
  afterAll(() => Promise.all([twin.close(), app.close()]));

  it('gets no password that is on its list, and is told to stop', { timeout: 60_000 }, async () => {
    // It would have been the right one.
    await signIn(app, member);
    expect(await guessPasswords(origin, member.email)).toContain('0 valid password found');
    expect(statuses.length).toBeGreaterThan(GUESSES);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(10);
    expect((await new Caller(app).get('/health/live')).status).toBe(200);
  });

  it('A15.2 gets that of the twin', { timeout: 60_000 }, async () => {
    expect(await guessPasswords(await listen(twin), 'ada@example.com')).toContain(`password: ${WEAK_PASSWORD}`);
  });
});
