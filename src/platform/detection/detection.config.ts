import { z } from 'zod';
import { configSlice, integer, list } from '../config/index.js';
import { parseNetwork, type Network } from '../networks/index.js';
import { detectionPoints, isPointId, pointIds, type PointId } from './detection-points.js';

/** When a point fires; undefined: never. */
export interface Limit {
  readonly threshold: number;
  readonly windowMs: number;
}

const CHANGE = /^([A-Z0-9-]+)=(?:off|([1-9]\d{0,5})\/([1-9]\d{0,5}))$/;

function isChange(entry: string): boolean {
  return isPointId(CHANGE.exec(entry)?.[1] ?? '');
}

export class DetectionConfig extends configSlice('Detection', {
  DETECTION_THRESHOLDS: list(
    'Changes of src/platform/detection/detection-points.ts, as POINT=COUNT/SECONDS or POINT=off, comma-separated: AE2=20/900, SCAN=off.',
  )
    .refine((entries) => entries.every(isChange), 'must be a list of entries such as AE2=20/900 or SCAN=off')
    .default([]),
  DETECTION_NEVER_BLOCK: list(
    'Addresses and networks about which alerts are raised and nothing is done: monitors, this host. Behind a proxy that is not in TRUSTED_PROXIES everybody comes from its address.',
  )
    .refine(
      (entries) => entries.every((entry) => parseNetwork(entry) !== undefined),
      'must be a list of IP addresses and networks such as 10.0.0.0/8',
    )
    .default(['127.0.0.0/8', '::1']),
  DETECTION_HONEY_KEYS: list(
    'Key ids of API keys that were planted where only a thief finds them: whoever uses one is blocked.',
  ).default([]),
  DETECTION_REACTION_S: integer('How long whoever was noticed is slowed down or blocked, in seconds.', {
    min: 10,
    max: 86_400,
    default: 900,
  }),
  ALERT_EMAIL: z.email().optional().describe('Who gets a mail for each alert of high severity. Default: nobody.'),
}) {
  get neverBlock(): readonly Network[] {
    return this.values.DETECTION_NEVER_BLOCK.flatMap((entry) => parseNetwork(entry) ?? []);
  }

  get limits(): ReadonlyMap<PointId, Limit> {
    const limits = new Map<PointId, Limit>(
      pointIds.map((id) => {
        const { threshold, windowSeconds } = detectionPoints[id];
        return [id, { threshold, windowMs: windowSeconds * 1000 }];
      }),
    );
    for (const entry of this.values.DETECTION_THRESHOLDS) change(limits, entry);
    return limits;
  }
}

function change(limits: Map<PointId, Limit>, entry: string): void {
  const [, id = '', threshold, seconds] = CHANGE.exec(entry) ?? [];
  if (!isPointId(id)) return;
  if (threshold === undefined) limits.delete(id);
  else limits.set(id, { threshold: Number(threshold), windowMs: Number(seconds) * 1000 });
}
