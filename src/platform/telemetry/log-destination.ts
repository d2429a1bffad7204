import { pino } from 'pino';

const BUFFERED_BYTES = 4096;
const FLUSH_AFTER_MS = 1000;

/**
 * Standard output, one for the whole process. Lines of the access log wait for each other, at most a second, so that a request
 * does not cost a system call; every other line is written at once, and those before it with it.
 */
export const logDestination = pino.destination({
  dest: 1,
  sync: true,
  minLength: BUFFERED_BYTES,
  periodicFlush: FLUSH_AFTER_MS,
});

export function flushLog(): void {
  logDestination.flushSync();
}

process.on('exit', flushLog);
