import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, Public, type Actor } from '../../platform/access/index.js';
import { Secret } from '../../platform/config/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { SessionsService, SessionTokensView } from '../sessions/index.js';
import { LoginBody, RefreshBody } from './auth.bodies.js';
import { AuthService } from './auth.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('login')
  @Public('signing in is how a caller becomes somebody')
  @Returns(200, SessionTokensView)
  login(@Body() body: LoginBody) {
    return this.auth.login(body);
  }

  @Post('refresh')
  @Public('the refresh token in the body is the credential')
  @Returns(200, SessionTokensView)
  refresh(@Body() body: RefreshBody) {
    return this.sessions.refresh(new Secret(body.refreshToken));
  }

  @Post('logout')
  @Authenticated('everybody may end their own session')
  @Returns(204)
  logout(@CurrentActor() actor: Actor) {
    return this.sessions.end(actor);
  }
}
