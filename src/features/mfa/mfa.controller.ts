import { Body, Controller, Delete, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { ConfirmTotpBody } from './mfa.bodies.js';
import { MfaService } from './mfa.service.js';
import { EnrolledView, RecoveryCodesView, TotpSecretView } from './mfa.views.js';

@ApiTags('me')
@Controller('me/mfa')
export class MfaController {
  constructor(private readonly mfa: MfaService) {}

  @Post('totp')
  @Throttled('auth')
  @Authenticated('everybody may have a second factor', { isForEnrolment: true })
  @StepUp()
  @Returns(201, TotpSecretView)
  beginTotp(@CurrentActor() actor: Actor) {
    return this.mfa.beginTotp(actor);
  }

  @Post('totp/confirm')
  @Throttled('auth')
  @Authenticated('everybody may have a second factor', { isForEnrolment: true })
  @StepUp()
  @Returns(200, EnrolledView)
  @Fails('invalid-code', 'too-many-attempts')
  confirmTotp(@CurrentActor() actor: Actor, @Body() { code }: ConfirmTotpBody) {
    return this.mfa.confirmTotp(actor, code);
  }

  @Delete('totp')
  @Throttled('auth')
  @Authenticated('everybody may remove their own authenticator')
  @StepUp()
  @Returns(204)
  removeTotp(@CurrentActor() actor: Actor) {
    return this.mfa.removeTotp(actor);
  }

  @Post('recovery-codes')
  @Throttled('auth')
  @Authenticated('everybody may have recovery codes')
  @StepUp()
  @Returns(201, RecoveryCodesView)
  renewRecoveryCodes(@CurrentActor() actor: Actor) {
    return this.mfa.renewRecoveryCodes(actor);
  }
}
