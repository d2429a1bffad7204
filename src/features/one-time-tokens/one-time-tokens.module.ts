import { Module } from '@nestjs/common';
import { OneTimeTokensRepository } from './one-time-tokens.repository.js';
import { OneTimeTokens } from './one-time-tokens.service.js';

@Module({ providers: [OneTimeTokensRepository, OneTimeTokens], exports: [OneTimeTokens] })
export class OneTimeTokensModule {}
