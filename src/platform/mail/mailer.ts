import { Buffer } from 'node:buffer';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { SendMailOptions } from 'nodemailer';
import { RuntimeConfig } from '../config/index.js';
import { newId } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import { mailSchema, type Mail } from './mail.js';
import { MailConfig } from './mail.config.js';
import { MailNotDelivered } from './mail-not-delivered.js';
import type { SmtpServerAddress } from './smtp-server-address.js';

/** Shorter than a try of a job may take, all together: a server that hangs must not hold a worker. */
const SMTP_LIMITS = { dnsTimeout: 5000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** A mail is text that we hold: nothing is loaded from a path or a URL, whatever a field says (CWE-918, CWE-22). */
const NO_LOADING = { disableFileAccess: true, disableUrlAccess: true };

/** Quoted-printable where text is not ASCII, so that lines of up to 76 characters stay lines. */
const PLAIN = { textEncoding: 'quoted-printable' as const };

/** With the first mail: a server that starts does not wait for it. */
const loadNodemailer = () => import('nodemailer');

/** Sends mails, one by one. Features use `Outbox`, which does not lose them. */
@Injectable()
export class Mailer {
  constructor(
    private readonly config: MailConfig,
    private readonly runtime: RuntimeConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Hands the mail to the SMTP server, or without one puts it into a file. Throws a ZodError when an address or the subject
   * could become something else in the header, and `MailNotDelivered` when the server does not take it.
   */
  async deliver(mail: Mail): Promise<void> {
    const { to, subject, text } = mailSchema.parse(mail);
    const message = {
      from: { name: '', address: this.config.sender },
      to: { name: '', address: to },
      subject,
      text,
      // RFC 3834 §5: nobody's automatic answer shall answer it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      ...PLAIN,
    };
    const server = this.config.values.SMTP_URL;
    if (server === undefined) return this.write(message);
    return this.send(server, message);
  }

  private async send(server: SmtpServerAddress, message: SendMailOptions): Promise<void> {
    const { host, port, isTls, user, password } = server;
    const { createTransport } = await loadNodemailer();
    const transport = createTransport({
      host,
      port,
      secure: isTls,
      // Production sends nothing, and no password, over a line that is not encrypted: a server that does not offer STARTTLS, or
      // somebody between who takes the offer away, gets no mail (RFC 3207 §6; fails closed). Certificates are always checked. @control A2.2
      requireTLS: this.runtime.isProduction,
      ...(user !== undefined && { auth: { user, pass: password?.reveal() } }),
      ...SMTP_LIMITS,
      ...NO_LOADING,
    });
    try {
      await transport.sendMail(message);
    } catch (error) {
      throw new MailNotDelivered(error);
    } finally {
      transport.close();
    }
  }

  /** For development and tests. A mail may hold a link that signs somebody in: only the owner of the process reads it. */
  private async write(message: SendMailOptions): Promise<void> {
    const folder = this.config.values.MAIL_FOLDER;
    const { createTransport } = await loadNodemailer();
    const { message: content } = await createTransport({ streamTransport: true, buffer: true, ...NO_LOADING }).sendMail(
      message,
    );
    if (!Buffer.isBuffer(content)) throw new Error('nodemailer gives a stream, not the buffer that was asked for');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${this.clock.now().toISOString().replaceAll(':', '')}-${newId()}`);
    await writeFile(`${file}.part`, content, { mode: 0o600, flag: 'wx' });
    // Who watches the folder sees whole mails.
    await rename(`${file}.part`, `${file}.eml`);
  }
}
