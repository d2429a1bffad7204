import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { FromClient, type Client } from '../../platform/http/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { ChangeEmailBody, ChangePasswordBody } from './accounts.bodies.js';
import { EmailService } from './email.service.js';
import { PasswordService } from './password.service.js';

@ApiTags('me')
@Controller('me')
export class CredentialsController {
  constructor(
    private readonly passwords: PasswordService,
    private readonly emails: EmailService,
  ) {}

  /** Ends all sessions, the one of the request included. */
  @Post('password')
  @Throttled('auth')
  @Authenticated('everybody may change their own password')
  @StepUp()
  @Returns(204)
  @Fails('invalid-credentials', 'too-many-attempts')
  changePassword(@CurrentActor() actor: Actor, @Body() body: ChangePasswordBody, @FromClient() client: Client) {
    return this.passwords.change(actor, body, client);
  }

  @Post('email')
  @Throttled('auth')
  @Authenticated('everybody may change their own address')
  @StepUp()
  @Returns(202)
  @Fails('too-many-attempts')
  changeEmail(@CurrentActor() actor: Actor, @Body() body: ChangeEmailBody) {
    return this.emails.requestChange(actor, body);
  }
}
