/**
 * Runs at most `limit` tasks at once and lets at most `queueLimit` wait; beyond that it refuses at once,
 * so that a flood of expensive work becomes a quick 503 and not a slow death. @control B6.5
 */
export class BoundedPool {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly limit: number,
    private readonly queueLimit: number,
    private readonly refuse: () => Error,
  ) {}

  get load(): { readonly running: number; readonly waiting: number; readonly queueLimit: number } {
    return { running: this.running, waiting: this.waiting.length, queueLimit: this.queueLimit };
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  private enter(): Promise<void> {
    if (this.running < this.limit) {
      this.running += 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.queueLimit) return Promise.reject(this.refuse());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The place goes to the next in line without becoming free in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
