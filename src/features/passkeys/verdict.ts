interface Refused {
  readonly allowed: false;
  /** For the log, never for the client. */
  readonly reason: string;
  readonly cause?: unknown;
}

/** What a decision says, with what the caller needs when it is yes. */
export type Verdict<Facts> = ({ readonly allowed: true } & Facts) | Refused;

export function refused(reason: string, cause?: unknown): Refused {
  return { allowed: false, reason, cause };
}
