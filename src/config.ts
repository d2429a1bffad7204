import { TokenConfig } from './platform/access/index.js';
import { RuntimeConfig } from './platform/config/index.js';
import { CryptoConfig } from './platform/crypto/index.js';
import { DatabaseConfig } from './platform/database/index.js';
import { HttpConfig } from './platform/http/index.js';
import { TelemetryConfig } from './platform/telemetry/index.js';

/** Every setting there is, slice by slice. `.env.example` is generated from it (`npm run env:example`). */
export const configSlices = [RuntimeConfig, HttpConfig, DatabaseConfig, CryptoConfig, TokenConfig, TelemetryConfig];
