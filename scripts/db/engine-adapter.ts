import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Pool, QueryArrayConfig } from 'pg';

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

export interface MigrationAdapter {
  factory: SqlMigrationAwareDriverAdapterFactory;
  /** The error of the script that failed last, as PostgreSQL reported it. */
  lastError(): unknown;
  /** Idle connections would keep the process alive for ten seconds. */
  close(): Promise<void>;
}

/** Prisma's adapter for its migration engine, mended in two places. */
export function migrationAdapter(connectionString: string): MigrationAdapter {
  const prismaPg = new PrismaPg({ connectionString });
  const pools: Pool[] = [];
  let lastError: unknown;
  const mend = (adapter: Adapter): Adapter => {
    pools.push(adapter.underlyingDriver());
    teachCharType(adapter);
    sendScriptsWhole(adapter, (error) => {
      lastError = error;
    });
    return adapter;
  };
  const factory = {
    provider: 'postgres' as const,
    adapterName: prismaPg.adapterName,
    connect: async () => mend(await prismaPg.connect()),
    connectToShadowDb: async () => mend(await prismaPg.connectToShadowDb()),
  };
  return {
    factory,
    lastError: () => lastError,
    close: async () => {
      for (const pool of pools) if (!pool.ended) await pool.end();
    },
  };
}

/**
 * The adapter's own version cuts a script at every semicolon, also inside a function body, and sends the pieces one by
 * one. Sent whole, PostgreSQL reads it itself and in one transaction: a migration that fails leaves nothing behind.
 */
function sendScriptsWhole(adapter: Adapter, onError: (error: unknown) => void): void {
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script);
    } catch (error) {
      onError(error);
      throw error;
    }
  };
}

const charType = 18;
const charArrayType = 1002;

/**
 * PostgreSQL's catalogue has columns of the one-byte type "char". The engine asks for them, as it must from PostgreSQL 18
 * on, where NOT NULL is listed among the constraints; the adapter refuses them. It does know arrays of "char", which the
 * catalogue queries never return: so we pass the one off as the other on the way in and correct the type on the way out.
 */
function teachCharType(adapter: Adapter): void {
  const pool = adapter.underlyingDriver();
  const send = pool.query.bind(pool);
  const query = async (input: QueryArrayConfig) => {
    const result = await send(input);
    // A script of several statements has a list of results, without fields.
    for (const field of result.fields ?? []) if (field.dataTypeID === charType) field.dataTypeID = charArrayType;
    return result;
  };
  Object.assign(pool, { query });
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (input) => {
    const result = await queryRaw(input);
    const correct = (type: (typeof result.columnTypes)[number]): typeof type =>
      type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type;
    return { ...result, columnTypes: result.columnTypes.map(correct) };
  };
}
