import { Global, Module } from '@nestjs/common';
import './security.permissions.js';
import { NetworkRules } from '../../platform/access/index.js';
import { DetectionResponses, Measures } from '../../platform/detection/index.js';
import { DetectionReport } from '../../platform/monitoring/index.js';
import { OutboundModule } from '../../platform/outbound/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { AlertChannels } from './alert-channels.js';
import { AlertsController } from './alerts.controller.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';
import { CachedMeasures } from './cached-measures.js';
import { CachedNetworkRules } from './cached-network-rules.js';
import { IpRulesController } from './ip-rules.controller.js';
import { IpRulesRepository } from './ip-rules.repository.js';
import { IpRulesService } from './ip-rules.service.js';
import { MeasuresRepository } from './measures.repository.js';
import { OperatorsReport } from './operators-report.js';
import { RecordedResponses } from './recorded-responses.js';

/** Global because guards of the pipeline ask it on every request. */
@Global()
@Module({
  imports: [OrganizationsModule, OutboundModule],
  controllers: [IpRulesController, AlertsController],
  providers: [
    IpRulesRepository,
    IpRulesService,
    CachedNetworkRules,
    { provide: NetworkRules, useExisting: CachedNetworkRules },
    AlertsRepository,
    AlertsService,
    AlertChannels,
    MeasuresRepository,
    CachedMeasures,
    { provide: Measures, useExisting: CachedMeasures },
    { provide: DetectionResponses, useClass: RecordedResponses },
    { provide: DetectionReport, useClass: OperatorsReport },
  ],
  exports: [NetworkRules, Measures, DetectionResponses, DetectionReport],
})
export class SecurityModule {}
