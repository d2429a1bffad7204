import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SigningKeys } from '../crypto/index.js';
import { Returns } from '../serialization/index.js';
import { Public } from '../access/index.js';
import { JwksView } from './jwks.views.js';

@ApiTags('keys')
@Controller({ path: '.well-known/jwks.json', version: VERSION_NEUTRAL })
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  /** The keys that verify access tokens (RFC 7517 §5). */
  @Get()
  @Public('public keys are for everybody who verifies our tokens')
  @Returns(200, JwksView)
  list(): JwksView {
    return { keys: this.keys.publicSet() };
  }
}
