import { configSlices } from './config.js';
import { loadConfig } from './platform/config/index.js';
import { connectDatabase } from './platform/database/index.js';
import { Retention, RetentionConfig, RetentionRepository } from './platform/data-policy/index.js';
import { failStart, StartRefused } from './platform/process/index.js';
import { SystemClock } from './platform/time/index.js';

/** What the next run of the retention job would delete, with the settings of the server. Changes nothing. */
try {
  if (!process.argv.includes('--dry-run'))
    throw new StartRefused('The server deletes by itself; this only counts: --dry-run.');
  const config = loadConfig(configSlices);
  const { database, close } = await connectDatabase(config);
  try {
    const retention = new Retention(new RetentionRepository(database), config.get(RetentionConfig), new SystemClock());
    for (const { model, before, rows } of await retention.enforce(true)) {
      process.stdout.write(`${model}: ${rows} rows that were over before ${before.toISOString()}\n`);
    }
  } finally {
    await close();
  }
} catch (error) {
  failStart(error);
}
