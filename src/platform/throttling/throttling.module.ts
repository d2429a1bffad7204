import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { AddressThrottle } from './address-throttle.js';
import { principalThrottlers } from './principal-throttle.guard.js';
import { Quotas } from './quotas.js';
import { ThrottleCounters } from './throttle-counters.js';

@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [ThrottleCounters],
      useFactory: (storage: ThrottleCounters) => ({ throttlers: principalThrottlers, storage }),
    }),
  ],
  providers: [ThrottleCounters, Quotas, AddressThrottle],
  exports: [ThrottleCounters, Quotas, AddressThrottle],
})
export class ThrottlingModule {}
