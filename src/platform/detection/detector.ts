import { Injectable, Logger } from '@nestjs/common';
import { networkOf } from '../networks/index.js';
import { Metrics } from '../telemetry/index.js';
import { Clock } from '../time/index.js';
import { DetectionConfig, type Limit } from './detection.config.js';
import { detectionPoints, pointsOf, type DetectionPoint, type PointId } from './detection-points.js';
import { DetectionResponses } from './detection-responses.js';
import { addressOf } from './subjects.js';
import { signalKinds, type Signal, type SignalKind } from './signal.js';
import { Windows } from './windows.js';

/** Addresses of one mobile person change within these; a thief sits elsewhere. */
const VICINITY = { v4: 16, v6: 48 };
/** Whoever has seen this many people sign in from an address knows that it is shared: an office, a carrier's NAT. */
const PEOPLE_OF_SHARED_ADDRESS = 2;
const SHARED_FOR_MS = 24 * 60 * 60_000;

/**
 * Counts signals by subject and calls for a response where a point's threshold is reached. It runs behind the answer: what it
 * finds counts from the next request on, and what fails in here fails no request. @control B12.1
 */
@Injectable()
export class Detector {
  private readonly logger = new Logger(Detector.name);
  private readonly windows = new Windows();
  private readonly people = new Windows();
  private readonly shared = new Map<string, number>();
  private readonly detections: ReturnType<typeof Metrics.prototype.counter<'point'>>;
  private readonly limits: ReadonlyMap<PointId, Limit>;
  private readonly points = new Map<SignalKind, readonly PointId[]>(signalKinds.map((kind) => [kind, pointsOf(kind)]));

  constructor(
    private readonly responses: DetectionResponses,
    private readonly clock: Clock,
    config: DetectionConfig,
    metrics: Metrics,
  ) {
    this.limits = config.limits;
    this.detections = metrics.counter('rampart_detections_total', 'Detection points that fired.', ['point']);
    // From zero, so that the first one is an increase.
    for (const point of this.limits.keys()) this.detections.inc({ point }, 0);
  }

  observe(signal: Signal): void {
    const now = this.clock.now().getTime();
    if (signal.kind === 'signed-in') this.learnPeople(signal, now);
    for (const id of this.points.get(signal.kind) ?? []) this.count(id, signal, now);
  }

  private count(id: PointId, signal: Signal, now: number): void {
    const point: DetectionPoint = detectionPoints[id];
    const limit = this.limits.get(id);
    const subject = subjectOf(point, signal);
    if (limit === undefined || subject === undefined) return;
    const distinct = distinctOf(point, signal);
    if (point.distinct !== undefined && distinct === undefined) return;
    const count = this.windows.add(`${id} ${subject}`, now, { ...limit, distinct, weight: signal.weight });
    if (count === undefined) return;
    this.detections.inc({ point: id });
    const isShared = point.by === 'address' && (this.shared.get(subject) ?? 0) > now && point.isUnmistakable !== true;
    this.responses
      .respond({ id, point, subject, signal, count, isShared })
      .catch((err: unknown) => this.logger.error({ msg: 'a detection could not be answered', point: id, err }));
  }

  private learnPeople({ ip, principal }: Signal, now: number): void {
    if (ip === undefined || principal === undefined) return;
    const address = addressOf(ip);
    const limit = { threshold: PEOPLE_OF_SHARED_ADDRESS, windowMs: SHARED_FOR_MS, distinct: principal };
    if (this.people.add(address, now, limit) === undefined) return;
    for (const [known, until] of this.shared) if (until <= now) this.shared.delete(known);
    this.shared.set(address, now + SHARED_FOR_MS);
  }
}

function subjectOf({ by }: DetectionPoint, { ip, principal, account }: Signal): string | undefined {
  if (by === 'everybody') return by;
  if (by === 'address') return ip === undefined ? undefined : addressOf(ip);
  return by === 'principal' ? principal : account;
}

function distinctOf({ distinct }: DetectionPoint, { ip, account, claimed }: Signal): string | undefined {
  if (distinct === 'account') return claimed ?? account;
  if (ip === undefined) return undefined;
  if (distinct === 'ip') return addressOf(ip);
  return distinct === 'network' ? networkOf(ip, VICINITY) : undefined;
}
