import { Module } from '@nestjs/common';
import './records.permissions.js';
import { RecordsController } from './records.controller.js';
import { RecordsRepository } from './records.repository.js';
import { RecordsService } from './records.service.js';

@Module({ controllers: [RecordsController], providers: [RecordsService, RecordsRepository] })
export class RecordsModule {}
