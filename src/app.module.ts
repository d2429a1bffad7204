import { Module, type DynamicModule } from '@nestjs/common';
import { PatientsModule } from './clinic/patients/index.js';
import { RecordsModule } from './clinic/records/index.js';
import { AuthModule } from './features/auth/index.js';
import { OrganizationsModule } from './features/organizations/index.js';
import { SessionsModule } from './features/sessions/index.js';
import { UsersModule } from './features/users/index.js';
import { AccessModule } from './platform/access/index.js';
import { ConfigModule, type LoadedConfig } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { HealthModule } from './platform/health/index.js';
import { OpenApiModule } from './platform/openapi/index.js';
import { PipelineModule } from './platform/pipeline/index.js';
import { TimeModule } from './platform/time/index.js';
import { WellKnownModule } from './platform/well-known/index.js';
import { roles } from './roles.js';

/** The map of the house. */
@Module({})
export class AppModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // Platform: mechanism that knows no feature.
        ConfigModule.forRoot(config),
        TimeModule,
        CryptoModule,
        DatabaseModule,
        AccessModule.forRoot(roles),
        PipelineModule,
        OpenApiModule,
        WellKnownModule,
        HealthModule,

        // Features: what every product keeps.
        UsersModule,
        OrganizationsModule,
        SessionsModule,
        AuthModule,

        // The worked example: yours to delete.
        PatientsModule,
        RecordsModule,
      ],
    };
  }
}
