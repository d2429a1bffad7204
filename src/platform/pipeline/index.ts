export { CompletenessCheck, DEFAULT_API_VERSION, RoutesIncomplete } from './completeness.check.js';
export { PipelineModule } from './pipeline.module.js';
export type { RouteDeclaration } from './route-declaration.js';
export { installSecurityHeaders } from './security-headers.js';
export { createServer } from './server.js';
export { installServerHooks } from './server-hooks.js';
