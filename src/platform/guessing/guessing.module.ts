import { Global, Module } from '@nestjs/common';
import { GuessCountersRepository } from './guess-counters.repository.js';
import { GuessLimiter } from './guess-limiter.js';

@Global()
@Module({ providers: [GuessCountersRepository, GuessLimiter], exports: [GuessLimiter] })
export class GuessingModule {}
