import { Module } from '@nestjs/common';
import { MfaModule } from '../mfa/index.js';
import { OneTimeTokensModule } from '../one-time-tokens/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { PasskeysModule } from '../passkeys/index.js';
import { SessionsModule } from '../sessions/index.js';
import { UsersModule } from '../users/index.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { KnownDevicesRepository } from './known-devices.repository.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { Passwords } from './passwords.js';
import { SecondFactorChallenge } from './second-factor-challenge.js';
import { SignIn } from './sign-in.service.js';
import { StepUpService } from './step-up.service.js';

@Module({
  imports: [MfaModule, OneTimeTokensModule, OrganizationsModule, PasskeysModule, SessionsModule, UsersModule],
  controllers: [AuthController, PasskeySignInController],
  providers: [AuthService, KnownDevicesRepository, Passwords, SecondFactorChallenge, SignIn, StepUpService],
  exports: [Passwords],
})
export class AuthModule {}
