export { failStart } from './fail-start.js';
export { StartRefused } from './start-refused.js';
export { closeOnStop } from './stop.js';
