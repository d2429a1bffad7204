import { StartRefused } from './start-refused.js';

/** Says in plain words why the process does not start, and ends it with code 1. */
export function failStart(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StartRefused) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is taken: stop what uses it, or set PORT and MANAGEMENT_PORT to free ones.`;
  }
  return error.stack ?? error.message;
}
