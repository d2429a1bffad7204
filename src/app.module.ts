import { Module, type DynamicModule } from '@nestjs/common';
import { PatientsModule } from './clinic/patients/index.js';
import { RecordsModule } from './clinic/records/index.js';
import { AccountsModule } from './features/accounts/index.js';
import { ApiKeysModule } from './features/api-keys/index.js';
import { AuthModule } from './features/auth/index.js';
import { MfaModule } from './features/mfa/index.js';
import { OneTimeTokensModule } from './features/one-time-tokens/index.js';
import { OrganizationsModule } from './features/organizations/index.js';
import { PasskeysModule } from './features/passkeys/index.js';
import { SecurityModule } from './features/security/index.js';
import { SessionsModule } from './features/sessions/index.js';
import { UsersModule } from './features/users/index.js';
import { AccessModule } from './platform/access/index.js';
import { ConfigModule, type LoadedConfig } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { GuessingModule } from './platform/guessing/index.js';
import { HealthModule } from './platform/health/index.js';
import { JobsModule } from './platform/jobs/index.js';
import { MailModule } from './platform/mail/index.js';
import { OpenApiModule } from './platform/openapi/index.js';
import { OutboundModule } from './platform/outbound/index.js';
import { PasswordsModule } from './platform/passwords/index.js';
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
        OutboundModule,
        PasswordsModule,
        DatabaseModule,
        JobsModule,
        MailModule,
        GuessingModule,
        AccessModule.forRoot(roles),
        PipelineModule,
        OpenApiModule,
        WellKnownModule,
        HealthModule,

        // Features: what every product keeps.
        UsersModule,
        OrganizationsModule,
        SecurityModule,
        SessionsModule,
        ApiKeysModule,
        OneTimeTokensModule,
        MfaModule,
        PasskeysModule,
        AuthModule,
        AccountsModule,

        // The worked example: yours to delete.
        PatientsModule,
        RecordsModule,
      ],
    };
  }
}
