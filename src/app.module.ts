import { Module, type DynamicModule, type Type } from '@nestjs/common';
// example: begin
import { PatientsModule } from './clinic/patients/index.js';
import { RecordsModule } from './clinic/records/index.js';
// example: end
import { AccountsModule } from './features/accounts/index.js';
import { ApiKeysModule } from './features/api-keys/index.js';
import { AuditLogModule } from './features/audit-log/index.js';
import { AuthModule } from './features/auth/index.js';
import { MfaModule } from './features/mfa/index.js';
import { OneTimeTokensModule } from './features/one-time-tokens/index.js';
import { OrganizationsModule } from './features/organizations/index.js';
import { PasskeysModule } from './features/passkeys/index.js';
import { PrivacyModule } from './features/privacy/index.js';
import { SecurityModule } from './features/security/index.js';
import { SessionsModule } from './features/sessions/index.js';
import { UsersModule } from './features/users/index.js';
import { AccessModule } from './platform/access/index.js';
import { AuditModule } from './platform/audit/index.js';
import { CollectorModule } from './platform/collector/index.js';
import { ConfigModule, RuntimeConfig, type LoadedConfig } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DataPolicyModule } from './platform/data-policy/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { DetectionModule } from './platform/detection/index.js';
import { GuessingModule } from './platform/guessing/index.js';
import { HealthModule } from './platform/health/index.js';
import { JobsModule } from './platform/jobs/index.js';
import { MailModule } from './platform/mail/index.js';
import { MonitoringModule } from './platform/monitoring/index.js';
import { OpenApiModule } from './platform/openapi/index.js';
import { OutboundModule } from './platform/outbound/index.js';
import { PasswordsModule } from './platform/passwords/index.js';
import { PipelineModule } from './platform/pipeline/index.js';
import { StartRefused } from './platform/process/index.js';
import { TelemetryModule } from './platform/telemetry/index.js';
import { ThrottlingModule } from './platform/throttling/index.js';
import { TimeModule } from './platform/time/index.js';
import { WellKnownModule } from './platform/well-known/index.js';
import { roles } from './roles.js';

/** What an operator may switch off. Without its module a feature has no route, no job and no place in the description. @control B18.4 */
const switchable: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['accounts', AccountsModule],
  ['api-keys', ApiKeysModule],
]);

/** Mechanism that knows no feature. */
function platform(config: LoadedConfig): (Type | DynamicModule)[] {
  return [
    ConfigModule.forRoot(config),
    TimeModule,
    TelemetryModule,
    CryptoModule,
    OutboundModule,
    PasswordsModule,
    DatabaseModule,
    AuditModule,
    CollectorModule,
    JobsModule,
    MailModule,
    GuessingModule,
    DataPolicyModule,
    DetectionModule,
    AccessModule.forRoot(roles),
    ThrottlingModule,
    PipelineModule,
    OpenApiModule,
    WellKnownModule,
    HealthModule,
    MonitoringModule,
  ];
}

/** What every product keeps. */
function features(off: ReadonlySet<Type>): Type[] {
  const all = [
    UsersModule,
    OrganizationsModule,
    SecurityModule,
    AuditLogModule,
    SessionsModule,
    ApiKeysModule,
    OneTimeTokensModule,
    PrivacyModule,
    MfaModule,
    PasskeysModule,
    AuthModule,
    AccountsModule,
  ];
  return all.filter((module) => !off.has(module));
}

/** The worked example. */
const example: Type[] = [
  // example: begin (yours to delete: npm run example:remove)
  PatientsModule,
  RecordsModule,
  // example: end
];

/** The map of the house. */
@Module({})
export class AppModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    const off = modulesOff(config.get(RuntimeConfig).values.FEATURES_OFF);
    return {
      module: AppModule,
      imports: [...platform(config), ...features(off), ...example],
    };
  }
}

/** A name that means nothing would leave on what somebody believes to be off. */
function modulesOff(names: readonly string[]): ReadonlySet<Type> {
  return new Set(
    names.map((name) => {
      const module = switchable.get(name);
      if (module === undefined) {
        throw new StartRefused(`FEATURES_OFF: "${name}" is none of ${[...switchable.keys()].join(', ')}.`);
      }
      return module;
    }),
  );
}
