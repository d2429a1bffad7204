import { Global, Module } from '@nestjs/common';
import { Mailer } from './mailer.js';
import { Outbox } from './outbox.js';

@Global()
@Module({ providers: [Mailer, Outbox], exports: [Mailer, Outbox] })
export class MailModule {}
