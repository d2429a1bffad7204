import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/index.js';
import { defineJob, JobQueue } from '../jobs/index.js';
import { mailSchema, type Mail } from './mail.js';
import { Mailer } from './mailer.js';

const mailJob = defineJob('mail', mailSchema);

/** Mails to send. A server that is away delays them; a request neither waits for it nor fails with it. */
@Injectable()
export class Outbox {
  constructor(
    private readonly jobs: JobQueue,
    mailer: Mailer,
  ) {
    jobs.handle(mailJob, (mail) => mailer.deliver(mail));
  }

  /**
   * In a transaction (the one given, or the one that is open) the mail goes out when that commits, or never. It may go out
   * twice when a server dies while it sends. Throws a ZodError when an address or the subject is not one line of its kind.
   */
  post(mail: Mail, transaction?: Transaction): Promise<void> {
    return this.jobs.enqueue(mailJob, mail, transaction);
  }
}
