import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** For services whose change spans several repositories: all of it happens, or nothing does. @control A7.4 */
@Injectable()
export class UnitOfWork {
  constructor(private readonly database: Database) {}

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.database.inTransaction(work);
  }

  /** For what this instance remembers of the rows that have changed: forgotten any earlier, it could be read again as it was. */
  afterCommit(task: () => void): void {
    this.database.afterCommit(task);
  }
}
