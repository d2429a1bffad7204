import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asOwner } from '../integration/open-database.ts';
import { startApp } from '../support/app.ts';
import { Caller, someAddress } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { somebody } from '../support/mailbox.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

/**
 * Somebody takes the service apart from one address, with the thresholds that ship: looks for what is there, then tries
 * passwords. It ends blocked, with an alert that has reached the operator. A busy day in a clinic raises nothing.
 */
const OPERATOR = somebody();
const mails = await startMailServer();
const secret = randomBytes(32).toString('base64url');
const posted: { headers: IncomingMessage['headers']; body: string }[] = [];
let receiver: Server;
let app: NestFastifyApplication;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  app = await startApp({
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/alerts`,
    ALERT_WEBHOOK_SECRET: secret,
    ALERT_EMAIL: OPERATOR,
    SMTP_URL: mails.url,
    DETECTION_NEVER_BLOCK: '127.0.0.0/8',
  });
});

afterAll(async () => {
  await app.close();
  receiver.close();
  await mails.close();
});

const eventOf = ({ address }: Caller) => ['malicious_excess_404', address];
const alertsAbout = (subject: string) =>
  asOwner<{ point: string; reactions: string[] }>('SELECT point, reactions FROM "SecurityAlert" WHERE subject = $1', [
    subject,
  ]);

describe('an attack from one address', () => {
  it('B12.2 ends blocked, with an alert that is signed', async () => {
    const attacker = new Caller(app, undefined, someAddress());
    const wordlist = ['admin', 'backup', 'config', 'console', 'db', 'debug', 'internal', 'old', 'private', 'staging'];
    for (const version of ['', '/v1', '/api']) {
      for (const word of wordlist) await attacker.get(`${version}/${word}-${version.length}`);
    }
    await vi.waitFor(async () => expect((await attacker.get('/health/live')).body['code']).toBe('temporarily-blocked'));
    const login = await attacker.post('/v1/auth/login', {
      email: 'admin@example.com',
      password: 'correct horse battery',
    });
    expect(login.body['code']).toBe('temporarily-blocked');

    const subject = `${attacker.address}/32`;
    expect(await alertsAbout(subject)).toEqual([{ point: 'SCAN', reactions: ['block'] }]);
    expect(await asOwner('SELECT changes FROM "AuditEvent" WHERE name = $1 AND ip = $2', eventOf(attacker))).toEqual([
      { changes: { measures: { from: null, to: 'block' } } },
    ]);
    await vi.waitFor(() => expect(posted.find(({ body }) => body.includes(subject))).toBeDefined(), 15_000);
    const { headers, body } = posted.find((call) => call.body.includes(subject)) ?? { headers: {}, body: '' };
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const signature = createHmac('sha256', secret).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(JSON.parse(body)).toMatchObject({ type: 'security.alert', data: { point: 'SCAN', severity: 'medium' } });
  });
});

describe('an attack of high severity', () => {
  it('B12.2 is told by mail, which says of what and about whom and holds nothing else', async () => {
    const victim = await (await TestOrganization.create(app)).as('receptionist');
    const { refreshToken } = victim.tokens;
    await victim.post('/v1/auth/refresh', { refreshToken });
    await new Caller(app, undefined, someAddress()).post('/v1/auth/refresh', { refreshToken });
    const mail = await mails.waitForMail(OPERATOR, { subject: /^Security alert SE4$/ });
    expect(mail.text).toContain(`About: ${victim.member.userId}`);
    expect(mail.text).not.toContain('@');
  });
});

describe('a busy day in a clinic', () => {
  it('B12.1 raises nothing', async () => {
    const clinic = await TestOrganization.create(app);
    const receptionist = await clinic.as('receptionist');
    const clinician = await clinic.as('clinician');
    const ids: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      // One in four is mistyped before it is right.
      if (n % 4 === 0) await receptionist.post('/v1/patients', { ...somePatient, birthDate: '1984-02-31' });
      if (n % 10 === 0) await receptionist.post('/v1/patients', { ...somePatient, phone: '020 7946' });
      const created = await receptionist.post('/v1/patients', { ...somePatient, clinicianId: clinician.member.userId });
      expect(created.status).toBe(201);
      ids.push(String(created.body['id']));
    }
    for (const id of ids) {
      await clinician.get(`/v1/patients/${id}`);
      await clinician.get(`/v1/patients/${id}/records`);
      await clinician.post(`/v1/patients/${id}/records`, {
        kind: 'consultation',
        note: "Says: it's worse at night; stop at 5 mg or 10. Select diet, union of both lists -- see chart. BP < 120/80.",
      });
    }
    for (const id of ids.slice(0, 5)) {
      await receptionist.delete(`/v1/patients/${id}`);
      // A colleague still has it on the screen.
      await clinician.get(`/v1/patients/${id}`);
    }
    for (let n = 0; n < 2; n += 1) {
      const { email, address } = receptionist.member;
      await new Caller(app, undefined, address).post('/v1/auth/login', { email, password: 'mistyped password' });
    }
    // What is counted is counted before the answer leaves.
    expect(await asOwner('SELECT point FROM "SecurityAlert" WHERE "organizationId" = $1', [clinic.id])).toEqual([]);
    for (const { member } of [receptionist, clinician]) {
      for (const subject of [`user:${member.userId}`, `${member.address}/32`]) {
        expect(await alertsAbout(subject)).toEqual([]);
      }
    }
  });
});
