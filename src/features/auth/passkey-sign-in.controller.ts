import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { FromClient, type Client } from '../../platform/http/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import {
  PasskeyAssertionBody,
  PasskeyAssertions,
  PasskeyRequestOptionsView,
  PROVED_BY_PASSKEY,
} from '../passkeys/index.js';
import { deviceOf, SessionTokensView } from '../sessions/index.js';
import { SignIn } from './sign-in.service.js';

@ApiTags('auth')
@Controller('auth/passkey')
export class PasskeySignInController {
  constructor(
    private readonly assertions: PasskeyAssertions,
    private readonly signIn: SignIn,
  ) {}

  @Post('options')
  @Throttled('auth')
  @Public('signing in is how a caller becomes somebody')
  @Returns(200, PasskeyRequestOptionsView)
  options() {
    return this.assertions.options();
  }

  @Post()
  @Throttled('auth')
  @Public('signing in is how a caller becomes somebody')
  @Returns(200, SessionTokensView)
  @Fails('invalid-passkey', 'forbidden')
  async login(@Body() { credential, organizationId }: PasskeyAssertionBody, @FromClient() client: Client) {
    const { userId } = await this.assertions.verify(credential);
    return this.signIn.complete({ userId, organizationId, amr: PROVED_BY_PASSKEY, device: deviceOf(client) });
  }
}
