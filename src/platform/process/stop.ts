import { Logger } from '@nestjs/common';

interface Closable {
  close(): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A request that hangs must not keep the process from ending. */
const DRAIN_LIMIT_MS = 10_000;

/**
 * Ends the process cleanly: on a signal with code 0, on an error that nobody handled with code 1, in both cases after
 * the requests under way have been answered. @control B8.5
 */
export function closeOnStop(app: Closable): void {
  const logger = new Logger('Process');
  let isStopping = false;
  const stop = (code: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(code), DRAIN_LIMIT_MS).unref();
    app.close().then(
      () => process.exit(code),
      (error: unknown) => {
        logger.error({ msg: 'the shutdown failed', err: error });
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, () => stop(0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ msg: event, err: error });
      stop(1);
    });
  }
}
