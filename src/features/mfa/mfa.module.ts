import { Module } from '@nestjs/common';
import { UsersModule } from '../users/index.js';
import { FactorChanges } from './factor-changes.js';
import { MfaController } from './mfa.controller.js';
import { MfaRepository } from './mfa.repository.js';
import { MfaService } from './mfa.service.js';
import { SecondFactors } from './second-factors.service.js';

@Module({
  imports: [UsersModule],
  controllers: [MfaController],
  providers: [MfaRepository, MfaService, SecondFactors, FactorChanges],
  exports: [SecondFactors, FactorChanges],
})
export class MfaModule {}
