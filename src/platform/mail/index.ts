export type { Mail } from './mail.js';
export { MailConfig } from './mail.config.js';
export { Mailer } from './mailer.js';
export { MailModule } from './mail.module.js';
export { Outbox } from './outbox.js';
