import { pino } from 'pino';

const BUFFERED_BYTES = 4096;
const FLUSH_AFTER_MS = 1000;

const output = pino.destination({
  dest: 1,
  sync: true,
  minLength: BUFFERED_BYTES,
  periodicFlush: FLUSH_AFTER_MS,
});
let lines = 0;

/**
 * Standard output, one for the whole process. What a request leaves in the log when all goes well waits for others, at most a
 * second, so that it costs no system call; every other line is written at once, and those before it with it.
 */
export const logDestination = {
  write(line: string): void {
    lines += 1;
    output.write(line);
  },
};

/** Since the start. A server that answers and writes none is being silenced. */
export function writtenLines(): number {
  return lines;
}

export function flushLog(): void {
  output.flushSync();
}

process.on('exit', flushLog);
