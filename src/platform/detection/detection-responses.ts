import type { DetectionPoint, PointId } from './detection-points.js';
import type { Signal } from './signal.js';

export interface Detection {
  readonly id: PointId;
  readonly point: DetectionPoint;
  /** An address (CIDR), `user:<id>`, `api-key:<id>`, the id of an account, or `everybody`. */
  readonly subject: string;
  /** The one that reached the threshold. */
  readonly signal: Signal;
  readonly count: number;
  /** Several people work from this address: what one of them does must not shut out the others. */
  readonly isShared: boolean;
}

/** What follows from a detection. A port: alerts and measures are kept by a feature. */
export abstract class DetectionResponses {
  abstract respond(detection: Detection): Promise<void>;
}
