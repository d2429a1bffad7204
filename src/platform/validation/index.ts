export {
  Base64Url,
  CalendarDate,
  Email,
  Identifier,
  IgnoredObject,
  Instant,
  Keywords,
  Nested,
  OneOf,
  OpaqueToken,
  Phone,
  Text,
  TypedCode,
  TypedSecret,
  WholeNumber,
} from './fields.js';
export { IdPipe } from './id.pipe.js';
export { PageQuery } from './page.query.js';
export { forbiddenFields, hasGuardedFields } from './settable-fields.js';
export { createValidationPipe, unknownField } from './validation.pipe.js';
