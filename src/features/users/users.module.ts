import { Module } from '@nestjs/common';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { Notices } from './notices.js';
import { PasswordCosts } from './password-costs.js';
import { UsersRepository } from './users.repository.js';

@Module({
  controllers: [MeController],
  providers: [MeService, Notices, PasswordCosts, UsersRepository],
  exports: [Notices, UsersRepository],
})
export class UsersModule {}
