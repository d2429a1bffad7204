export { DeprecatedUses } from './deprecated-uses.js';
export { Deprecated, deprecationOf, successorOf, type Deprecation } from './deprecation.js';
export { LifecycleInterceptor } from './lifecycle.interceptor.js';
export { LifecycleModule } from './lifecycle.module.js';
