import { Module } from '@nestjs/common';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { UsersRepository } from './users.repository.js';

@Module({
  controllers: [MeController],
  providers: [MeService, UsersRepository],
  exports: [UsersRepository],
})
export class UsersModule {}
