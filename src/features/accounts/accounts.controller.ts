import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { FromClient, type Client } from '../../platform/http/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import {
  AcceptInvitationBody,
  ForgotPasswordBody,
  ResetPasswordBody,
  SignUpBody,
  TokenBody,
} from './accounts.bodies.js';
import { InvitationService } from './invitation.service.js';
import { PasswordService } from './password.service.js';
import { SignUpService } from './sign-up.service.js';
import { VerificationService } from './verification.service.js';

@ApiTags('auth')
@Controller('auth')
export class AccountsController {
  constructor(
    private readonly signUps: SignUpService,
    private readonly verifications: VerificationService,
    private readonly passwords: PasswordService,
    private readonly invitations: InvitationService,
  ) {}

  @Post('sign-up')
  @Throttled('auth')
  @Public('whoever signs up has no account yet')
  @Returns(202)
  @Fails('too-many-attempts')
  signUp(@Body() body: SignUpBody) {
    return this.signUps.request(body);
  }

  @Post('verify-email')
  @Throttled('auth')
  @Public('the token from the mail is the credential')
  @Returns(204)
  @Fails('invalid-token', 'too-many-attempts')
  verifyEmail(@Body() body: TokenBody, @FromClient() client: Client) {
    return this.verifications.verify(body, client);
  }

  @Post('forgot-password')
  @Throttled('auth')
  @Public('whoever has forgotten the password cannot sign in')
  @Returns(202)
  @Fails('too-many-attempts')
  forgotPassword(@Body() body: ForgotPasswordBody) {
    return this.passwords.requestReset(body);
  }

  @Post('reset-password')
  @Throttled('auth')
  @Public('the token from the mail is the credential')
  @Returns(204)
  @Fails('invalid-token', 'too-many-attempts')
  resetPassword(@Body() body: ResetPasswordBody, @FromClient() client: Client) {
    return this.passwords.reset(body, client);
  }

  @Post('accept-invitation')
  @Throttled('auth')
  @Public('the token from the mail is the credential')
  @Returns(204)
  @Fails('invalid-token', 'too-many-attempts')
  acceptInvitation(@Body() body: AcceptInvitationBody, @FromClient() client: Client) {
    return this.invitations.accept(body, client);
  }
}
