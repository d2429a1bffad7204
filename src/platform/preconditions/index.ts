export { EntityTags } from './entity-tag.interceptor.js';
export { Precondition, PreconditionFailed, PreconditionRequired, SeenVersion } from './precondition.js';
export { isTagged, NeedsIfMatch, Tagged } from './tagged.js';
