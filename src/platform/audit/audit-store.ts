import type { AuditRow } from './security-event.js';

/** Where the trail is kept. Implemented by platform/database. */
export abstract class AuditStore {
  /** Whether whoever asks is in the middle of a transaction. */
  abstract readonly isInTransaction: boolean;

  /** In the open transaction; without one, kept when the promise is fulfilled. */
  abstract add(rows: readonly AuditRow[]): Promise<void>;

  abstract afterCommit(task: () => void): void;

  abstract close(): Promise<void>;
}
