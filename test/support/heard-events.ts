import { AuditStore, SecurityEvents, type RecordedEvent } from '../../src/platform/audit/index.js';
import { SystemClock } from '../../src/platform/time/index.js';
import { noteRaised } from './raised-events.ts';

class NoTrail extends AuditStore {
  readonly isInTransaction = false;
  add = () => Promise.resolve();
  close = () => Promise.resolve();
  afterCommit = (task: () => void) => task();
}

/** The shipped events without a trail, and what was heard of them, for tests of one part. */
export function hearEvents(): { readonly events: SecurityEvents; readonly heard: RecordedEvent[] } {
  const events = new SecurityEvents(new NoTrail(), new SystemClock());
  const heard: RecordedEvent[] = [];
  events.subscribe((event) => {
    noteRaised(event.name);
    heard.push(event);
  });
  return { events, heard };
}
