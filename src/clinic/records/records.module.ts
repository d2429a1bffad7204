import { Module } from '@nestjs/common';
import './records.permissions.js';
import { UsersModule } from '../../features/users/index.js';
import { BreakGlassController } from './break-glass.controller.js';
import { BreakGlassRepository } from './break-glass.repository.js';
import { BreakGlassService } from './break-glass.service.js';
import { RecordsController } from './records.controller.js';
import { RecordsRepository } from './records.repository.js';
import { RecordsService } from './records.service.js';

@Module({
  imports: [UsersModule],
  controllers: [RecordsController, BreakGlassController],
  providers: [RecordsService, RecordsRepository, BreakGlassService, BreakGlassRepository],
})
export class RecordsModule {}
