import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { RuntimeConfig } from '../../src/platform/config/index.js';
import { newId, newOpaqueToken } from '../../src/platform/crypto/index.js';
import { DatabaseConfig, DatabaseNotifications } from '../../src/platform/database/index.js';
import { JobQueue, JobTiming } from '../../src/platform/jobs/index.js';
import { JobPayloads } from '../../src/platform/jobs/job-payloads.js';
import { MailConfig, Mailer, Outbox } from '../../src/platform/mail/index.js';
import { MailNotDelivered } from '../../src/platform/mail/mail-not-delivered.js';
import { SystemClock } from '../../src/platform/time/clock.js';
import { hearEvents } from '../support/heard-events.ts';
import { testConfig } from '../support/app.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { asOwner, openConnection } from './open-database.ts';

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.close());

type Settings = Readonly<Record<string, string>>;

async function mailer(settings: Settings, NODE_ENV: 'test' | 'production' = 'test'): Promise<Mailer> {
  const config = (await testConfig(settings)).get(MailConfig);
  return new Mailer(config, new RuntimeConfig({ NODE_ENV, FEATURES_OFF: [] }), new SystemClock());
}

const somebody = () => `${newId()}@test.example`;

describe('a mail', () => {
  it('arrives as it was written, with every line whole', async () => {
    const to = somebody();
    const token = newOpaqueToken().reveal();
    const text = `Grüß Gott Zoë,\n\n${token}\n\n${'a'.repeat(76)}\n\nhttps://rampart.example/x?y=1\n`;
    await (
      await mailer({ SMTP_URL: server.url, MAIL_FROM: 'rampart@example.com' })
    ).deliver({
      to,
      subject: 'Grüße, Zoë',
      text,
    });
    const received = await server.waitForMail(to);
    expect(received).toMatchObject({ to, from: 'rampart@example.com', subject: 'Grüße, Zoë' });
    expect(received.text.split('\n')).toEqual(expect.arrayContaining(text.split('\n')));
    // Not only to who decodes it.
    expect(received.raw.split('\r\n')).toContain(token);
  });

  it('asks automatic answerers not to answer, and has nothing but text', async () => {
    const to = somebody();
    await (await mailer({ SMTP_URL: server.url })).deliver({ to, subject: 'Hello', text: '<b>Hello</b>' });
    const { raw } = await server.waitForMail(to);
    expect(raw).toContain('Auto-Submitted: auto-generated');
    expect(raw).toContain('Content-Type: text/plain; charset=utf-8');
  });

  it.each<[string, object]>([
    ['a subject with another header behind it', { subject: 'Hello\r\nBcc: eve@evil.example' }],
    ['a subject with a line feed', { subject: 'Hello\nBcc: eve@evil.example' }],
    ['a subject with a carriage return', { subject: 'Hello\rBcc: eve@evil.example' }],
    ['a subject that ends the headers', { subject: 'Hello\r\n\r\nClick here' }],
    ['a subject with a line separator', { subject: 'Hello\u2028Bcc: eve@evil.example' }],
    ['an address with a header behind it', { to: 'ada@test.example\r\nBcc: eve@evil.example' }],
    ['an address with an SMTP command behind it', { to: 'ada@test.example>\r\nRCPT TO:<eve@evil.example' }],
    ['an address with a NUL', { to: 'ada@test.example\u0000' }],
    ['two addresses', { to: 'ada@test.example,eve@evil.example' }],
    ['two addresses with a semicolon', { to: 'ada@test.example;eve@evil.example' }],
    ['an address behind a name', { to: 'ada@test.example <eve@evil.example>' }],
    ['a group of addresses', { to: 'all:eve@evil.example;' }],
    ['a quoted address', { to: '"eve@evil.example "@test.example' }],
    ['no address', { to: '' }],
  ])('B2.2 with %s is not sent', async (_what, fields) => {
    const before = server.mailsTo('eve@evil.example').length;
    const mail = { to: 'ada@test.example', subject: 'Hello', text: 'x', ...fields };
    await expect((await mailer({ SMTP_URL: server.url })).deliver(mail)).rejects.toThrow(z.ZodError);
    expect(server.mailsTo('eve@evil.example')).toHaveLength(before);
  });

  it('B2.2 has no header of its text', async () => {
    const to = somebody();
    const text = 'Hello\r\nBcc: eve@evil.example\r\n\r\n.\r\nRCPT TO:<eve@evil.example>\r\n';
    await (await mailer({ SMTP_URL: server.url })).deliver({ to, subject: 'Hello', text });
    const [headers = ''] = (await server.waitForMail(to)).raw.split('\r\n\r\n');
    expect(headers).not.toContain('eve');
    expect(server.mailsTo('eve@evil.example')).toEqual([]);
  });

  it('A6.2 that is refused says what kind of refusal it was, and nothing of the mail', async () => {
    const to = somebody();
    server.refuseFor(1);
    const failure = await (
      await mailer({ SMTP_URL: server.url })
    )
      .deliver({ to, subject: 'Hello', text: 'x' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MailNotDelivered);
    expect(failure).toMatchObject({ responseCode: 451 });
    expect(JSON.stringify([failure, String(failure), (failure as Error).stack])).not.toContain(to);
  });
});

describe('a mail without a server', () => {
  it('is a file that only its owner reads, whose name says nothing', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'rampart-mail-')), 'inner', 'mail');
    const to = somebody();
    const token = newOpaqueToken().reveal();
    await (await mailer({ MAIL_FOLDER: folder })).deliver({ to, subject: 'Grüße', text: `Hello\n\n${token}\n` });
    const [name = '', ...rest] = readdirSync(folder);
    expect(rest).toEqual([]);
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z-[0-9a-f-]{36}\.eml$/);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const content = readFileSync(join(folder, name), 'utf8');
    expect(content.split(/\r?\n/)).toContain(token);
    expect(await simpleParser(content)).toMatchObject({ subject: 'Grüße', to: { text: to } });
  });
});

describe('in production', () => {
  const seen: string[] = [];
  let plain: Server;
  let url: string;

  /** A server, or whoever stands before it, that offers no STARTTLS. */
  beforeAll(async () => {
    plain = createServer((socket: Socket) => {
      socket.write('220 plain.example ESMTP\r\n');
      socket.on('data', (chunk) => {
        seen.push(chunk.toString());
        socket.write(chunk.toString().startsWith('EHLO') ? '250-plain.example\r\n250 AUTH PLAIN\r\n' : '502 no\r\n');
      });
      socket.on('error', () => socket.destroy());
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    url = `smtp://ada:hunter2@127.0.0.1:${(plain.address() as AddressInfo).port}`;
  });
  afterAll(() => plain.close());

  it('A2.2 a server without STARTTLS gets no mail and no password', async () => {
    const to = somebody();
    const sender = await mailer({ SMTP_URL: url }, 'production');
    await expect(sender.deliver({ to, subject: 'Hello', text: 'x' })).rejects.toThrow(MailNotDelivered);
    expect(seen.join('')).toMatch(/STARTTLS/);
    expect(seen.join('')).not.toMatch(/AUTH|MAIL FROM|RCPT/);
  });

  it.each([
    ['smtps', true],
    ['smtp', false],
  ])('A2.2 a server with a certificate that nobody vouches for gets no mail over %s', async (scheme, secure) => {
    const reached = vi.fn<() => void>();
    // It comes with a certificate of its own making.
    const impostor = new SMTPServer({
      secure,
      logger: false,
      onAuth: (_auth, _session, callback) => callback(new Error('never')),
      onMailFrom: (_address, _session, callback) => {
        reached();
        callback();
      },
    });
    impostor.on('error', () => undefined);
    impostor.listen(0, '127.0.0.1');
    await once(impostor.server, 'listening');
    const { port } = impostor.server.address() as AddressInfo;
    const sender = await mailer({ SMTP_URL: `${scheme}://127.0.0.1:${port}` }, 'production');
    await expect(sender.deliver({ to: somebody(), subject: 'Hello', text: 'x' })).rejects.toThrow(/ESOCKET|ETLS/);
    expect(reached).not.toHaveBeenCalled();
    await new Promise<void>((resolve) => impostor.close(() => resolve()));
  });
});

describe('the outbox', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function openOutbox() {
    const config = await testConfig({ SMTP_URL: server.url });
    const { database, ciphers } = await openConnection();
    const notifications = new DatabaseNotifications(config.get(DatabaseConfig));
    const payloads = new JobPayloads(ciphers);
    const timing = Object.assign(new JobTiming(), { retryDelayMaxSeconds: 0, pollSeconds: 0.5 });
    const queue = new JobQueue(database, payloads, timing, hearEvents().events, notifications);
    const outbox = new Outbox(queue, await mailer({ SMTP_URL: server.url }));
    await queue.onApplicationBootstrap();
    stops.push(async () => {
      await queue.beforeApplicationShutdown();
      await notifications.onApplicationShutdown();
      await database.onApplicationShutdown();
    });
    return { outbox, database };
  }

  const states = () => asOwner<{ state: string }>(`SELECT state::text FROM pgboss.job WHERE name = 'mail'`);
  const settled = async () => (await states()).every(({ state }) => state === 'completed' || state === 'failed');

  it('delivers a mail exactly once, though two servers work on it and the mail server refuses it at first', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const [{ outbox }] = [await openOutbox(), await openOutbox()];
    const to = somebody();
    server.refuseFor(1);
    await outbox.post({ to, subject: 'Hello', text: 'x' });
    await server.waitForMail(to);
    await vi.waitUntil(settled, { timeout: 5000 });
    expect(server.mailsTo(to)).toHaveLength(1);
    expect(vi.mocked(Logger.prototype.warn)).toHaveBeenCalledWith(expect.objectContaining({ job: 'mail' }));
  });

  it('A7.4 sends what was posted in a transaction when it commits, and nothing when it does not', async () => {
    const { outbox, database } = await openOutbox();
    const [kept, lost] = [somebody(), somebody()];
    const failing = database.inTransaction(async (tx) => {
      await outbox.post({ to: lost, subject: 'Hello', text: 'x' }, tx);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await database.inTransaction((tx) => outbox.post({ to: kept, subject: 'Hello', text: 'x' }, tx));
    await server.waitForMail(kept);
    expect(server.mailsTo(lost)).toEqual([]);
  });

  it('B2.2 does not take what would become a header', async () => {
    const { outbox } = await openOutbox();
    await expect(outbox.post({ to: somebody(), subject: 'Hello\nBcc: eve@evil.example', text: 'x' })).rejects.toThrow(
      z.ZodError,
    );
  });
});
