import { Module } from '@nestjs/common';
import { HealthModule, ManagementListener } from '../health/index.js';
import { LifecycleModule } from '../lifecycle/index.js';
import { Metrics } from '../telemetry/index.js';
import { ConsoleAccess } from './console/console-access.js';
import { ConsoleReport } from './console/console-facts.js';
import { ConsoleRoutes } from './console/console-routes.js';
import { Sampler } from './console/sample.js';
import { TrafficHistory } from './console/traffic-history.js';
import { CryptoGauges } from './crypto-gauges.js';
import { EventMetrics } from './event-metrics.js';
import { Gauges } from './gauges.js';

/** What operators see, on the second listener alone. */
@Module({
  imports: [HealthModule, LifecycleModule],
  providers: [CryptoGauges, EventMetrics, Gauges, ConsoleAccess, ConsoleReport, ConsoleRoutes, Sampler, TrafficHistory],
})
export class MonitoringModule {
  constructor(management: ManagementListener, { registry }: Metrics) {
    management.publish((server) => {
      server.get('/metrics', async (_request, reply) =>
        reply.type(registry.contentType).send(await registry.metrics()),
      );
    });
  }
}
