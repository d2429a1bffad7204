export interface ReuseFacts {
  readonly now: Date;
  readonly usedAt: Date;
  /** The same browser in the same network as the one that used it first. */
  readonly isSameDevice: boolean;
  /** Its successor has not been used: nobody has gone on from here. */
  readonly isNewestUsed: boolean;
  /** How long an honest double submit may be apart, in seconds. */
  readonly graceSeconds: number;
}

/**
 * Whether the second use of a refresh token is two tabs or a retry, and not theft: shortly after the first use, from the
 * same device, and the chain has not moved on. It is refused all the same, but the session lives. @control A13.4
 */
export function isDoubleSubmit({ now, usedAt, isSameDevice, isNewestUsed, graceSeconds }: ReuseFacts): boolean {
  const age = now.getTime() - usedAt.getTime();
  return isSameDevice && isNewestUsed && age < graceSeconds * 1000;
}
