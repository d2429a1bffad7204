export { ApiDescription } from './api-description.js';
export { OpenApiModule } from './openapi.module.js';
