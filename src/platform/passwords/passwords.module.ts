import { Global, Module } from '@nestjs/common';
import { OutboundModule } from '../outbound/index.js';
import { GuessEstimator } from './guess-estimator.js';
import { PasswordPolicy } from './password-policy.js';
import { PwnedPasswords } from './pwned-passwords.js';

@Global()
@Module({
  imports: [OutboundModule],
  providers: [GuessEstimator, PasswordPolicy, PwnedPasswords],
  exports: [PasswordPolicy],
})
export class PasswordsModule {}
