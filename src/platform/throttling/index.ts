export { AddressThrottle } from './address-throttle.js';
export { PrincipalThrottle } from './principal-throttle.guard.js';
export { Throttled, throttleClassOf, type ThrottleClass } from './throttle-class.js';
export { ThrottleCounters } from './throttle-counters.js';
export { ThrottlingConfig } from './throttling.config.js';
export { ThrottlingModule } from './throttling.module.js';
