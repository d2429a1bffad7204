import { Identifier, PageQuery, Text, Instant } from '../../platform/validation/index.js';

/** Which events: all that are asked for must hold. */
export class AuditEventsQuery extends PageQuery {
  @Text({ max: 50, optional: true }) name?: string;
  @Identifier({ optional: true }) actorId?: string;
  @Identifier({ optional: true }) targetId?: string;
  @Instant({ optional: true }) from?: string;
  @Instant({ optional: true }) to?: string;
}
