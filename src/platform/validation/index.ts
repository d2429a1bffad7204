export { CalendarDate, Email, Identifier, Instant, OneOf, OpaqueToken, Phone, Text, TypedSecret } from './fields.js';
export { IdPipe } from './id.pipe.js';
export { PageQuery } from './page.query.js';
export { createValidationPipe } from './validation.pipe.js';
