import { type Engine, engineMessage, nothingExternal, readMigrations, readSchema, withEngine } from './engine.ts';
import { Failure } from '../bootstrap/failure.mjs';
import { withScratchDatabase } from './owner-database.ts';

/** The SQL that leads from the migrations to the schema, or undefined when they agree. Replays the migrations in a scratch database. */
export async function differenceToSchema(): Promise<string | undefined> {
  return withScratchDatabase((url) => withEngine(url, compare));
}

async function compare(opened: Engine): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await opened.engine.diff({
      from: { tag: 'migrations', ...readMigrations() },
      to: { tag: 'schemaDatamodel', files: readSchema() },
      script: true,
      exitCode: true,
      filters: nothingExternal,
    });
    return exitCode === 0 ? undefined : (stdout ?? '');
  } catch (error) {
    const reason = engineMessage(opened.lastError() ?? error);
    throw new Failure(`The migrations could not be compared with the schema: ${reason}`, { cause: error });
  }
}
