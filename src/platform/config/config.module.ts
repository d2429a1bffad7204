import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { LoadedConfig } from './load-config.js';

/** Makes every slice injectable by its class, everywhere: settings are the one thing that all modules share. */
@Module({})
export class ConfigModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    const slices: Provider[] = [...config.slices].map(([slice, instance]) => ({
      provide: slice,
      useValue: instance,
    }));
    const providers = [...slices, { provide: LoadedConfig, useValue: config }];
    return { module: ConfigModule, global: true, providers, exports: providers };
  }
}
