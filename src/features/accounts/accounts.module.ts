import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { OneTimeTokensModule } from '../one-time-tokens/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountMailer } from './account-mailer.js';
import { AccountsController } from './accounts.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { EmailService } from './email.service.js';
import { InvitationService } from './invitation.service.js';
import { MailLimiter } from './mail-limiter.js';
import { PasswordChanges } from './password-changes.js';
import { PasswordService } from './password.service.js';
import { SignUpService } from './sign-up.service.js';
import { VerificationService } from './verification.service.js';

@Module({
  imports: [AuthModule, OneTimeTokensModule, OrganizationsModule, UsersModule],
  controllers: [AccountsController, CredentialsController],
  providers: [
    AccountMailer,
    EmailService,
    InvitationService,
    MailLimiter,
    PasswordChanges,
    PasswordService,
    SignUpService,
    VerificationService,
  ],
})
export class AccountsModule {}
