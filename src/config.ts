import { MfaConfig } from './features/mfa/index.js';
import { TokenConfig } from './platform/access/index.js';
import { PrivacyConfig } from './features/privacy/index.js';
import { PasskeysConfig } from './features/passkeys/index.js';
import { CollectorConfig } from './platform/collector/index.js';
import { RuntimeConfig } from './platform/config/index.js';
import { CryptoConfig, KeyProviderConfig } from './platform/crypto/index.js';
import { RetentionConfig } from './platform/data-policy/index.js';
import { DatabaseConfig } from './platform/database/index.js';
import { DetectionConfig } from './platform/detection/index.js';
import { HttpConfig } from './platform/http/index.js';
import { MailConfig } from './platform/mail/index.js';
import { MonitoringConfig } from './platform/monitoring/index.js';
import { OutboundConfig } from './platform/outbound/index.js';
import { ThrottlingConfig } from './platform/throttling/index.js';
import { TelemetryConfig } from './platform/telemetry/index.js';
import { ContactConfig } from './platform/well-known/index.js';

/** Every setting there is, slice by slice. `.env.example` is generated from it (`npm run env:example`). */
export const configSlices = [
  RuntimeConfig,
  HttpConfig,
  DatabaseConfig,
  CryptoConfig,
  KeyProviderConfig,
  TokenConfig,
  MfaConfig,
  PasskeysConfig,
  MailConfig,
  OutboundConfig,
  RetentionConfig,
  PrivacyConfig,
  DetectionConfig,
  ThrottlingConfig,
  TelemetryConfig,
  CollectorConfig,
  MonitoringConfig,
  ContactConfig,
];
