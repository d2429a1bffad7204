import { Module } from '@nestjs/common';
import { MfaModule } from '../mfa/index.js';
import { OneTimeTokensModule } from '../one-time-tokens/index.js';
import { UsersModule } from '../users/index.js';
import { PasskeyAssertions } from './passkey-assertions.service.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeysRepository } from './passkeys.repository.js';
import { PasskeysService } from './passkeys.service.js';
import { RelyingParty } from './relying-party.js';

@Module({
  imports: [MfaModule, OneTimeTokensModule, UsersModule],
  controllers: [PasskeysController],
  providers: [PasskeyAssertions, PasskeyChallenges, PasskeysRepository, PasskeysService, RelyingParty],
  exports: [PasskeyAssertions],
})
export class PasskeysModule {}
