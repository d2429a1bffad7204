import { describe, expect, it } from 'vitest';
import { Metrics } from '../telemetry/index.js';
import type { Clock } from '../time/index.js';
import { DetectionConfig } from './detection.config.js';
import { detectionPoints, pointIds, type DetectionPoint } from './detection-points.js';
import { DetectionResponses, type Detection } from './detection-responses.js';
import { Detector } from './detector.js';
import { signalKinds, type Signal } from './signal.js';

class Kept extends DetectionResponses {
  readonly detections: Detection[] = [];
  override respond(detection: Detection): Promise<void> {
    this.detections.push(detection);
    return Promise.resolve();
  }
}

function watch(environment: Record<string, string> = {}) {
  const { instance } = DetectionConfig.load(environment, false);
  if (!(instance instanceof DetectionConfig)) throw new Error('the settings do not parse');
  const clock = { at: 1_000_000, now: () => new Date(clock.at) };
  const kept = new Kept();
  const detector = new Detector(kept, clock as unknown as Clock, instance, new Metrics());
  const found = () => kept.detections.map(({ id }) => id);
  return { detector, clock, kept, found };
}

/** The n-th signal that a point counts: another account, address and network each time where it counts those. */
function signalFor(point: DetectionPoint, n: number): Signal {
  const [kind = 'path-unknown'] = point.signals;
  const others = point.distinct === undefined ? 0 : n;
  return {
    kind,
    ip: point.by === 'address' ? '192.0.2.7' : `10.${others % 250}.${Math.floor(others / 250)}.1`,
    principal: 'user:1',
    sessionId: 'session',
    organizationId: 'organization',
    account: point.by === 'account' ? 'account' : `account-${others}`,
  };
}

const points = pointIds.map((id): [string, DetectionPoint] => [id, detectionPoints[id]]);

describe('the detector', () => {
  it.each(points)('B12.1 %s fires at its threshold and not before', (id, point) => {
    const { detector, found } = watch();
    for (let n = 1; n < point.threshold; n += 1) detector.observe(signalFor(point, n));
    expect(found()).not.toContain(id);
    detector.observe(signalFor(point, point.threshold));
    expect(found()).toContain(id);
  });

  it.each(points.filter(([, { threshold }]) => threshold > 1))(
    'B12.1 %s does not add up what lies further apart than its window',
    (id, point) => {
      const { detector, clock, found } = watch();
      for (let n = 1; n <= point.threshold; n += 1) {
        detector.observe(signalFor(point, n));
        if (n === point.threshold - 1) clock.at += point.windowSeconds * 1000;
      }
      expect(found()).not.toContain(id);
    },
  );

  it('B12.1 every kind of signal counts for a point', () => {
    const counted = new Set(points.flatMap(([, { signals }]) => signals));
    expect(signalKinds.filter((kind) => !counted.has(kind))).toEqual([]);
  });

  it('B12.1 has the points that the requirement names', () => {
    const wanted =
      'RE1 RE2 RE5 RE6 RE7 RE8 AE1 AE2 AE3 AE12 SE4 SE5 SE6 ACE1 ACE2 ACE3 IE1 IE2 IE4 EE1 CIE1 CIE4 FIO1 HT2 HT3 UT1 UT2 UT4 STE1 STE2 STE3 RP1 RP2';
    expect(pointIds).toEqual(expect.arrayContaining(wanted.split(' ')));
  });

  it('B12.1 counts by address, of IPv6 by what one customer has', () => {
    const { detector, found } = watch({ DETECTION_THRESHOLDS: 'SCAN=3/60' });
    for (const ip of ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1']) detector.observe({ kind: 'path-unknown', ip });
    expect(found()).toEqual([]);
    detector.observe({ kind: 'path-unknown', ip: '2001:db8::ffff' });
    expect(found()).toEqual(['SCAN']);
  });

  it('B12.1 what has no subject is not counted', () => {
    const { detector, found } = watch({ DETECTION_THRESHOLDS: 'ACE3=1/60' });
    detector.observe({ kind: 'permission-missing', ip: '192.0.2.7' });
    expect(found()).toEqual([]);
  });

  it('B12.1 thresholds are settings, and a point can be switched off', () => {
    const { detector, found } = watch({ DETECTION_THRESHOLDS: 'SCAN=2/60, HT2=off' });
    for (let n = 0; n < 50; n += 1) detector.observe({ kind: 'honeypot-touched', ip: '192.0.2.7' });
    for (let n = 0; n < 2; n += 1) detector.observe({ kind: 'path-unknown', ip: '192.0.2.7' });
    expect(found()).toEqual(['SCAN']);
  });

  it.each(['NOTHING=3/60', 'SCAN=0/60', 'SCAN=3', 'SCAN', 'scan=3/60'])(
    'A7.5 refuses the threshold %s',
    (DETECTION_THRESHOLDS) => {
      expect(DetectionConfig.load({ DETECTION_THRESHOLDS }, false).problems).toHaveLength(1);
    },
  );

  it('B12.2 knows an address that several people sign in from', () => {
    const { detector, kept } = watch({ DETECTION_THRESHOLDS: 'SCAN=1/60, HT2=1/60' });
    const ip = '192.0.2.7';
    detector.observe({ kind: 'signed-in', ip, principal: 'user:1' });
    detector.observe({ kind: 'signed-in', ip, principal: 'user:1' });
    detector.observe({ kind: 'path-unknown', ip });
    expect(kept.detections.at(-1)?.isShared).toBe(false);
    detector.observe({ kind: 'signed-in', ip, principal: 'user:2' });
    detector.observe({ kind: 'path-unknown', ip: '192.0.2.8' });
    expect(kept.detections.at(-1)?.isShared).toBe(false);
    const { detector: other, kept: keptThere } = watch({ DETECTION_THRESHOLDS: 'SCAN=1/60, HT2=1/60' });
    for (const principal of ['user:1', 'user:2']) other.observe({ kind: 'signed-in', ip, principal });
    other.observe({ kind: 'path-unknown', ip });
    expect(keptThere.detections.at(-1)).toMatchObject({ id: 'SCAN', isShared: true });
    other.observe({ kind: 'honeypot-touched', ip });
    expect(keptThere.detections.at(-1)).toMatchObject({ id: 'HT2', isShared: false });
  });
});
