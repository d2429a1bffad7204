import { Global, Module } from '@nestjs/common';
import './security.permissions.js';
import { NetworkRules } from '../../platform/access/index.js';
import { OrganizationsModule } from '../organizations/index.js';
import { CachedNetworkRules } from './cached-network-rules.js';
import { IpRulesController } from './ip-rules.controller.js';
import { IpRulesRepository } from './ip-rules.repository.js';
import { IpRulesService } from './ip-rules.service.js';

/** Global because the network guard of the pipeline asks it on every request. */
@Global()
@Module({
  imports: [OrganizationsModule],
  controllers: [IpRulesController],
  providers: [
    IpRulesRepository,
    IpRulesService,
    CachedNetworkRules,
    { provide: NetworkRules, useExisting: CachedNetworkRules },
  ],
  exports: [NetworkRules],
})
export class SecurityModule {}
