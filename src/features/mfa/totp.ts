import { Secret as OtpSecret, TOTP } from 'otpauth';
import { Secret } from '../../platform/config/index.js';

const ISSUER = 'Rampart';
const STEP_SECONDS = 30;
const CODE = /^[0-9]{6}$/;
/** RFC 4226 §4, R6: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20;

export function newTotpSecret(): Secret<string> {
  return new Secret(new OtpSecret({ size: SECRET_BYTES }).base32);
}

/** What an authenticator app reads from a QR code (Key URI format). */
export function otpauthUrl(secret: Secret<string>, account: string): string {
  return totpOf(secret, account).toString();
}

/**
 * The time step whose code this is, or undefined: the present one, and as many before it as are allowed for slow hands and
 * clocks (RFC 6238 §5.2). The caller has to refuse a step that has been used.
 */
export function matchedStep(
  secret: Secret<string>,
  code: string,
  at: { now: Date; previousSteps: number },
): number | undefined {
  // The library throws on what it cannot compare.
  if (!CODE.test(code)) return undefined;
  const current = Math.floor(at.now.getTime() / 1000 / STEP_SECONDS);
  const totp = totpOf(secret, '');
  const steps = Array.from({ length: at.previousSteps + 1 }, (_, back) => current - back);
  // `validate` compares in constant time.
  return steps.find(
    (step) => totp.validate({ token: code, timestamp: step * STEP_SECONDS * 1000, window: 0 }) !== null,
  );
}

function totpOf(secret: Secret<string>, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret: OtpSecret.fromBase32(secret.reveal()), period: STEP_SECONDS });
}
