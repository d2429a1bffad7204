/**
 * Syslog has no acknowledgement: what was handed to a connection shortly before it broke may have arrived or not. It is kept
 * for so long, and sent again.
 */
const KEPT_WHEN_SENT_MS = 60_000;

interface Entry {
  readonly text: string;
  sentAt?: number;
}

/** What is to be sent and what has been sent lately, in order, up to a bound; beyond it the oldest go. @control A6.4 */
export class SendBuffer {
  private readonly entries: Entry[] = [];
  /** So many of the first ones have been sent. */
  private sent = 0;
  private lostCount = 0;

  constructor(private readonly limit: number) {}

  /** Went before they were sent. */
  get lost(): number {
    return this.lostCount;
  }

  get waiting(): number {
    return this.entries.length - this.sent;
  }

  add(text: string): void {
    this.entries.push({ text });
    if (this.entries.length <= this.limit) return;
    this.entries.shift();
    if (this.sent > 0) this.sent -= 1;
    else this.lostCount += 1;
  }

  /** The next ones, which count as sent from now on. */
  take(max: number, now: number): readonly string[] {
    this.forgetSentBefore(now - KEPT_WHEN_SENT_MS);
    const next = this.entries.slice(this.sent, this.sent + max);
    for (const entry of next) entry.sentAt = now;
    this.sent += next.length;
    return next.map(({ text }) => text);
  }

  /** The connection is gone: what may not have arrived counts as not sent. */
  rewind(now: number): void {
    this.forgetSentBefore(now - KEPT_WHEN_SENT_MS);
    this.sent = 0;
  }

  private forgetSentBefore(time: number): void {
    const kept = this.entries.slice(0, this.sent).findIndex(({ sentAt = 0 }) => sentAt >= time);
    const old = kept === -1 ? this.sent : kept;
    if (old === 0) return;
    this.entries.splice(0, old);
    this.sent -= old;
  }
}
