import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { asOwner } from '../integration/open-database.ts';
import { startApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';

/**
 * Somebody reads a copy of the database or of the log, and looks for what signs people in: tokens of mails, passwords, their
 * hashes; and for whom they belong to (CWE-312, CWE-532).
 */
const mails = await startMailServer();
const mailbox = new Mailbox(mails);
let app: NestFastifyApplication;
let log = '';
let owner: SignedIn;

/** The shipped logger writes to file descriptor 1 through `fs`. */
function catchLog(): void {
  const { writeSync, write } = fs;
  const keep = (data: unknown) => {
    log += String(data);
    return Buffer.byteLength(String(data));
  };
  vi.spyOn(fs, 'writeSync').mockImplementation((fd: number, data: unknown, ...rest: unknown[]) =>
    fd === 1 ? keep(data) : Reflect.apply(writeSync, fs, [fd, data, ...rest]),
  );
  vi.spyOn(fs, 'write').mockImplementation((...values: unknown[]) => {
    const done = values.at(-1) as (error: null, bytes: number) => void;
    if (values[0] === 1) done(null, keep(values[1]));
    else Reflect.apply(write, fs, values);
  });
}

const post = (path: string, body: object): Promise<Answer> => new Caller(app).post(`/v1/auth/${path}`, body);

interface Flow {
  readonly email: string;
  readonly token: string;
  readonly password: string;
}

/** Each flow up to its token, and then with it: refused once for the password, used, and used again. */
const flows: Record<string, () => Promise<Flow>> = {
  'a sign-up': async () => {
    const [email, password] = [somebody(), newPassword()];
    const token = await mailbox.tokenAfter(email, SUBJECTS.signUp, () =>
      post('sign-up', { email, password, displayName: 'Ada' }),
    );
    return { email, token, password };
  },
  'a reset': async () => {
    const { email } = await new Fixture().member();
    const token = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    return { email, token, password: newPassword() };
  },
  'an invitation': async () => {
    const email = somebody();
    const token = await mailbox.tokenAfter(email, SUBJECTS.invitation, () =>
      owner.post('/v1/members/invitations', { email, role: 'receptionist' }),
    );
    return { email, token, password: newPassword() };
  },
  'a change of address': async () => {
    const caller = await new Fixture().signedIn();
    const email = somebody();
    const token = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () => caller.post('/v1/me/email', { email }));
    return { email, token, password: caller.member.password };
  },
};

class Fixture {
  private readonly organization = TestOrganization.create(app);
  member = async () => (await this.organization).addMember('receptionist');
  signedIn = async () => (await this.organization).as('receptionist');
  owner = async () => (await this.organization).as('owner');
}

async function useUp({ token, password }: Flow): Promise<void> {
  for (const body of [
    { token, password: 'too short' },
    { token, password },
    { token, password },
  ]) {
    await post('reset-password', body);
    await post('accept-invitation', { ...body, displayName: 'Ada' });
    await post('verify-email', { token });
  }
}

beforeAll(async () => {
  catchLog();
  app = await startApp({ SMTP_URL: mails.url, LOG_LEVEL: 'trace' });
  owner = await new Fixture().owner();
}, 60_000);

afterAll(async () => {
  await app.close();
  await mails.close();
});

describe.each(Object.entries(flows))('%s', (_name, begin) => {
  let flow: Flow;
  let before: string;
  let behind: string;

  /** Everything that the owner of the tables sees of tokens and jobs, as text: bytea is hexadecimal there. */
  const stored = async () => {
    const rows = await asOwner<{ text: string }>(
      `SELECT t::text AS text FROM "OneTimeToken" t UNION ALL SELECT j::text FROM pgboss.job j`,
    );
    return rows.map(({ text }) => text).join('\n');
  };

  beforeAll(async () => {
    catchLog();
    flow = await begin();
    before = await stored();
    await useUp(flow);
    await mailbox.settled();
    behind = await stored();
  });

  it('B10.1 leaves nothing of the token, the address or the password readable in tokens and jobs', () => {
    const { token, email, password } = flow;
    expect(before).toContain('v2.');
    for (const text of [before, behind]) {
      for (const secret of [token, email, password]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('hex'));
        expect(text).not.toContain(Buffer.from(secret).toString('base64').replaceAll('=', ''));
      }
      expect(text).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
      expect(text).not.toContain('argon2');
    }
  });

  it('A6.2 leaves nothing of the token or the password in the log', () => {
    expect(log.split('\n').length).toBeGreaterThan(5);
    for (const secret of [flow.token, flow.password]) expect(log).not.toContain(secret);
    expect(log).not.toContain('argon2');
    expect(log).not.toContain(flow.email);
  });
});
