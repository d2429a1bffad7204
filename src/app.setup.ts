import { VersioningType, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { SecurityEvents } from './platform/audit/index.js';
import type { LoadedConfig } from './platform/config/index.js';
import { DataKeys } from './platform/crypto/index.js';
import { Database } from './platform/database/index.js';
import { AllowedMethods } from './platform/errors/index.js';
import { HttpConfig } from './platform/http/index.js';
import { ApiDescription } from './platform/openapi/index.js';
import { createServer, DEFAULT_API_VERSION, installServerHooks } from './platform/pipeline/index.js';
import { JsonLogger, RequestObserver, startTracing, TelemetryConfig } from './platform/telemetry/index.js';
import { AddressThrottle } from './platform/throttling/index.js';

/** The application, not yet configured. `root` is another module only in tests of the start-up checks. */
export async function createApp(
  config: LoadedConfig,
  root: Type | DynamicModule = AppModule.forRoot(config),
): Promise<NestFastifyApplication> {
  const stopTracing = await startTracing(config.get(TelemetryConfig));
  const server = createServer(config.get(HttpConfig), (...unrouted) => app.get(RequestObserver).observe(...unrouted));
  const app = await NestFactory.create<NestFastifyApplication>(root, server, {
    logger: new JsonLogger(config.get(TelemetryConfig)),
    // A start that fails is reported once, by the caller, and never by ending the process from within a library.
    abortOnError: false,
    // Fastify's own parser takes JSON alone; Nest's would add forms.
    bodyParser: false,
    routeConflictPolicy: { duplicate: 'error', shadow: 'error' },
    forceCloseConnections: false,
  });
  if (stopTracing !== undefined) app.getHttpAdapter().getInstance().addHook('onClose', stopTracing);
  return app;
}

/** Everything that is not dependency injection, for the server and for every test alike: the tested app is the shipped app. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpAdapter().getInstance();
  app.get(AllowedMethods).watch(server);
  await installServerHooks(server, {
    config: app.get(HttpConfig),
    observer: app.get(RequestObserver),
    events: app.get(SecurityEvents),
    throttle: app.get(AddressThrottle),
  });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: DEFAULT_API_VERSION });

  const description = app.get(ApiDescription);
  description.attach(app);
  description.publishToClients(server);

  await app.get(Database).refuseUnfitLogin();
  await app.get(DataKeys).refuseUnfitProvider();
  await app.init();
}
