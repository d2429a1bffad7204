import { z } from 'zod';
import { configSlice, DEVELOPMENT_KEY_PREFIX, list, secretText } from '../config/index.js';

/** 256 bits in base64url: a token of that length is not guessed. */
const CONSOLE_TOKEN_MIN = 43;

export class MonitoringConfig extends configSlice('Monitoring', {
  CONSOLE_TOKEN: secretText('Token that opens /console on the second listener. Without it production has no console.')
    .refine((token) => token.reveal().length >= CONSOLE_TOKEN_MIN, `needs at least ${CONSOLE_TOKEN_MIN} characters`)
    .optional(),
  WATCHED_CERTIFICATES: list(
    'PEM files of certificates whose expiry is exported as a metric, comma-separated: those of the edge, of mTLS, of the mail server. Default: none.',
  ).default([]),
}) {
  static override productionProblems({ CONSOLE_TOKEN }: { CONSOLE_TOKEN?: z.output<ReturnType<typeof secretText>> }) {
    return CONSOLE_TOKEN?.reveal().startsWith(DEVELOPMENT_KEY_PREFIX) === true
      ? ['CONSOLE_TOKEN: is a generated development token, which production refuses']
      : [];
  }
}
