import { Identifier, WholeNumber } from './fields.js';

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

/** Query of every list: a page size and where to go on. @control A3.2 */
export class PageQuery {
  @WholeNumber({ min: 1, max: MAX_LIMIT, optional: true, description: `Items per page; default ${DEFAULT_LIMIT}.` })
  limit: number = DEFAULT_LIMIT;

  @Identifier({ optional: true, description: 'The `nextCursor` of the page before.' })
  cursor?: string;
}
