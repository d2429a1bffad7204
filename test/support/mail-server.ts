import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** Longer than the first delay of a job that is tried again. */
const PATIENCE_MS = 15_000;

export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** As it came, headers first. */
  readonly raw: string;
}

interface Wanted {
  readonly subject?: RegExp;
  /** How many mails to the address do not count: those that were there before. */
  readonly after?: number;
}

export interface MailServer {
  /** What SMTP_URL takes. */
  readonly url: string;
  mailsTo(address: string): readonly ReceivedMail[];
  /** The first mail to the address that is wanted, now or within fifteen seconds. */
  waitForMail(address: string, wanted?: Wanted): Promise<ReceivedMail>;
  /** Answers the next mails with 451: try again later. */
  refuseFor(mails: number): void;
  close(): Promise<void>;
}

/** A real SMTP server on a free port of the loopback interface, without TLS. Close it. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const arrivals = new EventEmitter().setMaxListeners(0);
  let refusals = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom: (_address, _session, callback) => {
      if (refusals === 0) return callback();
      refusals -= 1;
      callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
    },
    onData: (stream, { envelope }, callback) => {
      const receive = callbackify(async () => {
        const chunks = await stream.toArray();
        const raw = Buffer.concat(chunks).toString('utf8');
        const { subject = '', text = '', from } = await simpleParser(raw);
        for (const { address } of envelope.rcptTo)
          mails.push({ to: address, from: from?.text ?? '', subject, text, raw });
        arrivals.emit('mail');
      });
      receive((error) => callback(error));
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const mailsTo = (address: string) => mails.filter(({ to }) => to === address);

  return {
    url: `smtp://127.0.0.1:${port}`,
    mailsTo,
    waitForMail: async (address, { subject = /(?:)/, after = 0 } = {}) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      for (;;) {
        const found = mailsTo(address)
          .slice(after)
          .find((mail) => subject.test(mail.subject));
        if (found !== undefined) return found;
        await once(arrivals, 'mail', { signal }).catch(() => {
          const seen = mailsTo(address).map((mail) => mail.subject);
          throw new Error(`no mail ${String(subject)} to ${address}; there are ${JSON.stringify(seen)}`);
        });
      }
    },
    refuseFor: (count) => {
      refusals = count;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
