export { canBeAsked } from './asked-names.js';
export { classOfField, Field, fieldsOf, modelsOf, Shows, type ViewClass } from './field.js';
export { lastFour } from './masks.js';
export { Narrowable } from './narrowing.js';
export { pageOf, toPage, type Page, type PageRequest } from './page.js';
export { Revealable, RevealInterceptor } from './reveal.interceptor.js';
export { returnsOf, Returns } from './returns.js';
export { ViewSerializer } from './view-serializer.interceptor.js';
export { VisibleColumns } from './visible-fields.js';
