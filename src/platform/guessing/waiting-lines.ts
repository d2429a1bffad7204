import { BoundedPool } from '../crypto/index.js';
import { ServiceUnavailable } from '../errors/index.js';

/** How many may wait behind one address. */
const LONGEST_LINE = 50;

interface Line {
  readonly pool: BoundedPool;
  people: number;
}

/**
 * One at a time for each key, on this instance. A guess counts as failed until it turns out right: of twenty colleagues who
 * sign in at the same moment from one office, the sixth would be refused although nobody was wrong.
 */
export class WaitingLines {
  private readonly lines = new Map<string, Line>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? {
      pool: new BoundedPool(1, LONGEST_LINE, () => new ServiceUnavailable()),
      people: 0,
    };
    this.lines.set(key, line);
    line.people += 1;
    try {
      return await line.pool.run(task);
    } finally {
      line.people -= 1;
      if (line.people === 0) this.lines.delete(key);
    }
  }
}
