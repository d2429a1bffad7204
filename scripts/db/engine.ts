import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
// Needs Node 24.5, which loads WebAssembly modules like any other.
import { type MigrationList, type SchemaContainer, SchemaEngine } from '@prisma/schema-engine-wasm';
import { migrationAdapter } from './engine-adapter.ts';

export const migrationsFolder = 'prisma/migrations';
const schemaFolder = 'prisma/schema';

/** Tables and enums that Prisma shall not manage: none. */
export const nothingExternal = { externalTables: [], externalEnums: [] };

export interface Engine {
  engine: SchemaEngine;
  /** The error of the script that failed last, with more to say than the engine repeats. */
  lastError(): unknown;
}

/**
 * Prisma's own migration engine, as WebAssembly: the same statements and the same _prisma_migrations table as
 * `prisma migrate`, without a binary that is downloaded from outside the registry.
 */
export async function withEngine<T>(connectionString: string, action: (opened: Engine) => Promise<T>): Promise<T> {
  // Where the engine leaves the reason before it traps.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  });
  const adapter = migrationAdapter(connectionString);
  try {
    const datamodels = readSchema().map(({ path, content }): [string, string] => [path, content]);
    const bound = bindMigrationAwareSqlAdapterFactory(adapter.factory);
    const engine = await SchemaEngine.new({ datamodels }, () => undefined, bound);
    return await action({ engine, lastError: () => adapter.lastError() });
  } finally {
    await adapter.close();
  }
}

/** The schema, one entry per file. */
export function readSchema(): SchemaContainer[] {
  return readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.prisma'))
    .toSorted()
    .map((name) => ({ path: join(schemaFolder, name), content: readFileSync(join(schemaFolder, name), 'utf8') }));
}

/** The migrations, oldest first, in the form that the engine asks for. */
export function readMigrations(): MigrationList {
  const names = existsSync(migrationsFolder)
    ? readdirSync(migrationsFolder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  const lock = join(migrationsFolder, 'migration_lock.toml');
  return {
    baseDir: resolve(migrationsFolder),
    lockfile: { path: 'migration_lock.toml', content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: names.toSorted().map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(migrationsFolder, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/** What went wrong, without the stack that the engine appends to its messages. */
export function engineMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split(/\n\s*0: /)[0] ?? text;
}
