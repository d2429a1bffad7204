import { Injectable } from '@nestjs/common';
import { eventCatalogue, SecurityEvents } from '../audit/index.js';
import { Metrics, writtenLines } from '../telemetry/index.js';

/** Security events by name, of which there is a closed list; and whether events and lines arrive at all. @control B12.3 B12.4 PT.3 */
@Injectable()
export class EventMetrics {
  constructor(metrics: Metrics, events: SecurityEvents) {
    const counter = metrics.counter('rampart_security_events_total', 'Security events.', ['event', 'outcome']);
    // From zero, so that the first one is an increase.
    for (const [event, { outcome }] of Object.entries(eventCatalogue)) counter.inc({ event, outcome }, 0);
    events.subscribe(({ name, outcome }) => counter.inc({ event: name, outcome }));
    metrics.observe({ name: 'rampart_audit_events_waiting', help: 'Events that are not in the trail yet.' }, () => [
      [events.backlog.pending],
    ]);
    const lost = { name: 'rampart_audit_events_lost_total', help: 'Events that found no place.', isCounter: true };
    metrics.observe(lost, () => [[events.backlog.lost]]);
    const lines = { name: 'rampart_log_lines_total', help: 'Lines that were written to the log.', isCounter: true };
    metrics.observe(lines, () => [[writtenLines()]]);
  }
}
