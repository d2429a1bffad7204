import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Client } from '../../platform/http/index.js';
import { networkOf } from '../../platform/networks/index.js';

/** What a sign-in or a refresh came from. */
export interface Device {
  /** What its owner recognizes it by: `Firefox on Linux`. */
  readonly label: string;
  /** The same for the same browser in the same network. Tells devices apart for their owner; it never authenticates. */
  readonly fingerprint: Buffer<ArrayBuffer>;
  readonly ip: string;
}

/** Wide enough that a lease of a new address is not a new device. */
const NETWORK = { v4: 24, v6: 48 };

/** In this order: what claims to be several things is the first of them (every Edge says that it is Chrome too). */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

export function deviceOf({ ip, userAgent }: Client): Device {
  const browser = nameIn(userAgent, BROWSERS);
  const system = nameIn(userAgent, SYSTEMS);
  const network = networkOf(ip, NETWORK);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([network, userAgent]), 'utf8')
    .digest();
  return {
    label: [browser ?? 'Unknown client', ...(system === undefined ? [] : [`on ${system}`])].join(' '),
    fingerprint: Buffer.from(fingerprint),
    ip,
  };
}

function nameIn(userAgent: string, names: readonly (readonly [RegExp, string])[]): string | undefined {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1];
}
