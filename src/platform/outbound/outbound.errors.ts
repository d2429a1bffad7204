import { AppError, ServiceUnavailable } from '../errors/index.js';

/** The server was about to call something that the configuration does not name: our mistake, or somebody's attempt (SSRF). */
export class DestinationRefused extends AppError {
  constructor(reason: string) {
    super('internal-error', { context: { reason } });
  }
}

/** The other side did not answer, not in time, with too much or not with 200. */
export class OutboundCallFailed extends ServiceUnavailable {
  constructor(cause: unknown) {
    super({ cause });
  }
}
