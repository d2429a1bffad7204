import type { Logger } from '@nestjs/common';
import { PgBoss, type Db } from 'pg-boss';
import type { Database, DatabaseNotifications } from '../database/index.js';
import type { JobTiming } from './job-timing.js';

/** Jobs that are done or have failed for good are deleted by then: data that nobody needs any more is only a risk. */
const MAINTENANCE_SECONDS = 60;
/** pg-boss asks this often for jobs that wait for other jobs. We have none. */
const NO_FLOWS_SECONDS = 86_400;

/**
 * pg-boss as the house runs it: on our pool and our LISTEN connection, so with no connection of its own and with the rights
 * of `rampart_app`, which may not change a table. It never ends the process: what fails in the background is logged, and
 * tried again when the database is back.
 */
export function createBoss(db: Db, timing: JobTiming, logger: Logger): PgBoss {
  const boss = new PgBoss({
    db,
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    useListenNotify: true,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: MAINTENANCE_SECONDS,
    maintenanceIntervalSeconds: MAINTENANCE_SECONDS,
    flowIntervalSeconds: NO_FLOWS_SECONDS,
    cronWorkerIntervalSeconds: timing.repeatPollSeconds,
  });
  boss.on('error', (error) => logger.warn({ msg: 'the job queue could not do its work', err: error }));
  // Their data holds SQL with values.
  boss.on('warning', ({ message }) => logger.warn({ msg: message }));
  return boss;
}

export function queueDatabase(database: Database, notifications: DatabaseNotifications): Db {
  return {
    executeSql: (text, values) => database.runQueueStatement(text, values),
    listen: async (channel, onMessage, onGap) => {
      await notifications.listen(channel, { onMessage, onGap });
      // The line ends with the application.
      return { close: () => Promise.resolve() };
    },
  };
}
