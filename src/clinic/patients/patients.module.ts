import { Module } from '@nestjs/common';
import './patients.permissions.js';
import { OrganizationsModule } from '../../features/organizations/index.js';
import { PatientsController } from './patients.controller.js';
import { PatientsV2Controller } from './patients-v2.controller.js';
import { PatientsRepository } from './patients.repository.js';
import { PatientsService } from './patients.service.js';

@Module({
  imports: [OrganizationsModule],
  controllers: [PatientsController, PatientsV2Controller],
  providers: [PatientsService, PatientsRepository],
})
export class PatientsModule {}
