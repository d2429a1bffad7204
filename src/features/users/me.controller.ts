import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, type Actor } from '../../platform/access/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { UpdateMeBody } from './me.bodies.js';
import { MeService } from './me.service.js';
import { MeView } from './me.views.js';

@ApiTags('me')
@Controller('me')
export class MeController {
  constructor(private readonly me: MeService) {}

  @Get()
  @Authenticated('everybody may see their own profile')
  @Returns(200, MeView)
  show(@CurrentActor() actor: Actor) {
    return this.me.show(actor);
  }

  @Patch()
  @Authenticated('everybody may say what they are called')
  @Returns(200, MeView)
  update(@CurrentActor() actor: Actor, @Body() body: UpdateMeBody) {
    return this.me.update(actor, body);
  }
}
