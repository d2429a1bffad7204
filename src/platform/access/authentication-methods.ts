/** Values of `amr` that this API uses (RFC 8176 §2). */
export const PASSWORD = 'pwd';
export const ONE_TIME_PASSWORD = 'otp';
export const PROOF_OF_POSSESSION = 'pop';
/** More than one factor, whichever they were. */
export const MULTIPLE_FACTORS = 'mfa';

export function hasSecondFactor(amr: readonly string[]): boolean {
  return amr.includes(MULTIPLE_FACTORS);
}
