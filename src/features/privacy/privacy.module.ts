import { Module, type OnModuleInit } from '@nestjs/common';
import { JobQueue } from '../../platform/jobs/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { SessionsModule } from '../sessions/index.js';
import { UsersModule } from '../users/index.js';
import { ErasureRepository } from './erasure.repository.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';
import { PersonalDataRepository } from './personal-data.repository.js';
import { PrivacyController } from './privacy.controller.js';

const EVERY_HOUR = '41 * * * *';

@Module({
  imports: [OrganizationsModule, SessionsModule, UsersModule],
  controllers: [PrivacyController],
  providers: [ErasureRepository, ErasureService, ExportService, PersonalDataRepository],
})
export class PrivacyModule implements OnModuleInit {
  constructor(
    private readonly erasures: ErasureService,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.jobs.repeat('privacy.erase', EVERY_HOUR, () => this.erasures.eraseDue());
  }
}
