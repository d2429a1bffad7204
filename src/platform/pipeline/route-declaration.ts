import type { AccessRule } from '../access/index.js';
import type { ErrorCode } from '../errors/index.js';
import type { Deprecation } from '../lifecycle/index.js';
import type { ThrottleClass } from '../throttling/index.js';

/** An argument of a handler that Nest fills from the request. */
export interface RouteInput {
  readonly source: 'body' | 'query' | 'param' | 'header' | 'raw-request' | 'raw-response';
  /** The declared class, as TypeScript emits it. */
  readonly type: unknown;
  readonly hasPipe: boolean;
}

/** One route, as its decorators declare it: the facts that the completeness rules judge. */
export interface RouteDeclaration {
  /** For people: `PatientsController.list (GET /v1/patients)`. */
  readonly label: string;
  /** The name of the controller's class. */
  readonly controller: string;
  /** Of the API; undefined: the route has no versions. */
  readonly version: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly access: readonly AccessRule[];
  readonly isStepUp: boolean;
  readonly throttle: ThrottleClass;
  readonly returns: { readonly status: number; readonly view?: unknown } | undefined;
  /** Names of headers that its answers have, whatever is in them. */
  readonly sends?: readonly string[];
  readonly inputs: readonly RouteInput[];
  /** What the handler itself may end in, besides success. */
  readonly fails: readonly ErrorCode[];
  readonly deprecation?: Deprecation | undefined;
  /** Successes carry an `ETag`. */
  readonly isTagged?: boolean;
}
