import { describe, expect, it } from 'vitest';
import { MailConfig } from './mail.config.js';

function load(environment: Readonly<Record<string, string>>, isProduction: boolean) {
  const { problems, instance } = MailConfig.load(environment, isProduction);
  return { problems: problems.join('\n'), values: (instance as MailConfig | undefined)?.values };
}

const production = { SMTP_URL: 'smtp://user:secret@mail.example:587', MAIL_FROM: 'rampart@example.com' };

describe('the mail server', () => {
  it.each([
    ['smtp://mail.example', { host: 'mail.example', port: 587, isTls: false }],
    ['smtps://mail.example', { host: 'mail.example', port: 465, isTls: true }],
    ['smtp://127.0.0.1:1025/', { host: '127.0.0.1', port: 1025, isTls: false }],
    ['smtps://[2001:db8::1]:465', { host: '2001:db8::1', port: 465, isTls: true }],
  ])('is %s', (SMTP_URL, address) => {
    expect(load({ SMTP_URL }, false).values?.SMTP_URL).toEqual(address);
  });

  it('has a login, whose password is not printed', () => {
    const server = load({ SMTP_URL: 'smtp://ada%40x.example:p%2Fss@mail.example' }, false).values?.SMTP_URL;
    expect(server).toMatchObject({ user: 'ada@x.example' });
    expect(server?.password?.reveal()).toBe('p/ss');
    expect(JSON.stringify(server)).not.toContain('p/ss');
  });

  it.each([
    'mail.example:587',
    'http://mail.example',
    'smtp://',
    'smtp:mail.example',
    // nodemailer would read these as options.
    'smtp://mail.example/?tls.rejectUnauthorized=false',
    'smtps://mail.example?ignoreTLS=true',
    'smtp://mail.example/pool',
    'smtp://mail.example#x',
    'smtp://user@mail.example',
    'smtp://:secret@mail.example',
    'smtp://user:%zz@mail.example',
  ])('A7.5 is not %s, and the refusal does not repeat it', (SMTP_URL) => {
    const { problems } = load({ SMTP_URL }, false);
    expect(problems).toBe('SMTP_URL: must have the form smtp(s)://user:password@host:port');
  });
});

describe('the sender', () => {
  it.each(['Rampart <rampart@example.com>', 'a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', 'nobody'])(
    'is one address, not %j',
    (MAIL_FROM) => {
      expect(load({ MAIL_FROM }, false).problems).toContain('MAIL_FROM');
    },
  );
});

describe('production', () => {
  it('starts with a server and a sender', () => {
    expect(load(production, true).problems).toBe('');
  });

  it.each(['SMTP_URL', 'MAIL_FROM'])('A7.5 refuses to start without %s', (name) => {
    const rest = Object.entries(production).filter(([key]) => key !== name);
    expect(load(Object.fromEntries(rest), true).problems).toBe(`${name}: is required in production`);
    expect(load(Object.fromEntries(rest), false).problems).toBe('');
  });
});
