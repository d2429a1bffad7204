import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, Public, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { ClearsSiteData, FromClient, type Client } from '../../platform/http/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { AccessTokenView, SessionsService, SessionTokensView } from '../sessions/index.js';
import { LoginBody, RefreshBody, SecondFactorBody, StepUpBody, SwitchOrganizationBody } from './auth.bodies.js';
import { AuthService } from './auth.service.js';
import { LoginView } from './auth.views.js';
import { StepUpService } from './step-up.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly stepUp: StepUpService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('login')
  @Throttled('auth')
  @Public('signing in is how a caller becomes somebody')
  @Returns(200, LoginView)
  @Fails('invalid-credentials', 'too-many-attempts', 'forbidden')
  login(@Body() body: LoginBody, @FromClient() client: Client) {
    return this.auth.login(body, client);
  }

  @Post('mfa')
  @Throttled('auth')
  @Public('the challenge token in the body is the credential')
  @Returns(200, SessionTokensView)
  @Fails('invalid-code', 'too-many-attempts', 'forbidden')
  answerChallenge(@Body() body: SecondFactorBody, @FromClient() client: Client) {
    return this.auth.answerChallenge(body, client);
  }

  @Post('refresh')
  @Throttled('auth')
  @Public('the refresh token in the body is the credential')
  @Returns(200, SessionTokensView)
  @Fails('invalid-refresh-token')
  refresh(@Body() body: RefreshBody, @FromClient() client: Client) {
    return this.auth.refresh(body, client);
  }

  @Post('logout')
  @Throttled('auth')
  @Authenticated('everybody may end their own session', { isForEnrolment: true })
  @Returns(204)
  @ClearsSiteData()
  logout(@CurrentActor() actor: Actor) {
    return this.sessions.end(actor);
  }

  @Post('step-up')
  @Throttled('auth')
  @Authenticated('everybody may prove again who they are', { isForEnrolment: true })
  @Returns(200, AccessTokenView)
  @Fails('invalid-credentials', 'invalid-code', 'invalid-passkey', 'too-many-attempts')
  proveAgain(@CurrentActor() actor: Actor, @Body() body: StepUpBody, @FromClient() client: Client) {
    return this.stepUp.prove(actor, body, client);
  }

  @Post('switch-organization')
  @Throttled('auth')
  @Authenticated('everybody may go where they are a member')
  @Returns(200, SessionTokensView)
  switchOrganization(@CurrentActor() actor: Actor, @Body() body: SwitchOrganizationBody, @FromClient() client: Client) {
    return this.auth.switchOrganization(actor, body, client);
  }
}
