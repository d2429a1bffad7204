import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { RegisterPasskeyBody } from './passkeys.bodies.js';
import { PasskeysService } from './passkeys.service.js';
import { PasskeyCreationOptionsView, PasskeyView, RegisteredPasskeyView } from './passkeys.views.js';

@ApiTags('me')
@Controller('me/passkeys')
export class PasskeysController {
  constructor(private readonly passkeys: PasskeysService) {}

  @Post('options')
  @Throttled('auth')
  @Authenticated('everybody may have passkeys', { isForEnrolment: true })
  @StepUp()
  @Returns(200, PasskeyCreationOptionsView)
  beginRegistration(@CurrentActor() actor: Actor) {
    return this.passkeys.beginRegistration(actor);
  }

  @Post()
  @Throttled('auth')
  @Authenticated('everybody may have passkeys', { isForEnrolment: true })
  @StepUp()
  @Returns(201, RegisteredPasskeyView)
  @Fails('invalid-passkey')
  register(@CurrentActor() actor: Actor, @Body() body: RegisterPasskeyBody) {
    return this.passkeys.register(actor, body);
  }

  @Get()
  @Authenticated('everybody may see their own passkeys')
  @Returns(200, pageOf(PasskeyView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.passkeys.list(actor, query);
  }

  @Delete(':id')
  @Throttled('auth')
  @Authenticated('everybody may remove their own passkeys')
  @StepUp()
  @Returns(204)
  remove(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.passkeys.remove(actor, id);
  }
}
