import { describe, expect, it } from 'vitest';
import { deviceOf } from './device.js';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const edge = `${chrome} Edg/130.0`;
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const android =
  'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36';

const ip = '198.51.100.7';
const fingerprint = (userAgent: string, address = ip) =>
  deviceOf({ ip: address, userAgent }).fingerprint.toString('hex');

describe('the label of a device', () => {
  it.each([
    [firefox, 'Firefox on Linux'],
    [chrome, 'Chrome on Windows'],
    [edge, 'Edge on Windows'],
    [iphone, 'Safari on iOS'],
    [android, 'Chrome on Android'],
    ['curl/8.5.0', 'curl'],
    ['', 'Unknown client'],
    ['<script>alert(1)</script>', 'Unknown client'],
    ['x\u001b[31m Firefox/1 on \r\nLinux', 'Firefox on Linux'],
  ])('of %s is %s: nothing of what the client wrote', (userAgent, label) => {
    expect(deviceOf({ ip, userAgent }).label).toBe(label);
  });
});

describe('A1.3 the fingerprint of a device', () => {
  it('is the same for the same browser in the same network', () => {
    expect(fingerprint(firefox)).toBe(fingerprint(firefox, '198.51.100.200'));
    expect(fingerprint(firefox, '2001:db8:1:2::1')).toBe(fingerprint(firefox, '2001:db8:1:ffff::9'));
  });

  it.each([
    ['another browser', chrome, ip],
    ['another version', firefox.replaceAll('131', '132'), ip],
    ['another network', firefox, '198.51.101.7'],
    ['an address of the other family', firefox, '2001:db8::1'],
  ])('is another one for %s', (_what, userAgent, address) => {
    expect(fingerprint(userAgent, address)).not.toBe(fingerprint(firefox));
  });
});
