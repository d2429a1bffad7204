/** The time, injected: tests move it instead of waiting. */
export abstract class Clock {
  abstract now(): Date;

  /** Seconds since the epoch, the unit of JWT claims (RFC 7519 §2, NumericDate). */
  epochSeconds(): number {
    return Math.floor(this.now().getTime() / 1000);
  }
}

export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}
