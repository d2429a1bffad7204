import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscoveryService, MetadataScanner, ModulesContainer, NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { configSlices } from '../../src/config.js';
import { RoleTable } from '../../src/platform/access/index.js';
import { loadConfig } from '../../src/platform/config/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { roles } from '../../src/roles.js';

/** Every route of the shipped modules, sorted. Nothing is instantiated (Nest's preview), so it takes no database. */
export async function declaredRoutes(): Promise<RouteDeclaration[]> {
  const root = mkdtempSync(join(tmpdir(), 'rampart-routes-'));
  const process = { NODE_ENV: 'test', DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
  const config = loadConfig(configSlices, { root, process });
  rmSync(root, { recursive: true });
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(config), { preview: true, logger: false });
  const discovery = new DiscoveryService(app.get(ModulesContainer));
  const routes = new CompletenessCheck(discovery, new MetadataScanner(), new RoleTable(roles)).routes();
  return routes.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b), 'en'));
}

const keyOf = ({ path, method }: RouteDeclaration) => `${path} ${method}`;
