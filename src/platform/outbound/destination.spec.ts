import { describe, expect, it } from 'vitest';
import { evaluateDestination, isReachable } from './destination.js';

const PUBLIC = 'https://api.pwnedpasswords.com';
const LOCAL = 'http://127.0.0.1:8080';

describe('A1.1 the address behind a destination', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '8.8.8.8/32',
  ])('is not public: %s', (address) => {
    expect(isReachable(address, true)).toBe(false);
  });

  it.each(['8.8.8.8', '104.17.1.1', '172.32.0.1', '172.15.255.255', '100.128.0.1', '2606:4700::1', '2a00:1450::1'])(
    'is public: %s',
    (address) => {
      expect(isReachable(address, true)).toBe(true);
      expect(isReachable(address, false)).toBe(true);
    },
  );

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['10.0.0.1', false],
    ['169.254.169.254', false],
    ['::ffff:10.0.0.1', false],
    ['fd00::1', false],
  ])('outside production may be loopback and nothing else that is private: %s', (address, allowed) => {
    expect(isReachable(address, false)).toBe(allowed);
  });
});

describe('A1.1 a destination', () => {
  const inProduction = (url: string, ...origins: string[]) =>
    evaluateDestination(new URL(url), { origins: new Set(origins), isProduction: true });
  const inTests = (url: string, ...origins: string[]) =>
    evaluateDestination(new URL(url), { origins: new Set(origins), isProduction: false });

  it.each([
    ['any other host', 'https://evil.example/range/'],
    ['a host that ends like it', 'https://evil-api.pwnedpasswords.com/'],
    ['a host that begins like it', 'https://api.pwnedpasswords.com.evil.example/'],
    ['a host above it', 'https://pwnedpasswords.com/'],
    ['the name with a final dot', 'https://api.pwnedpasswords.com./'],
    ['another port', 'https://api.pwnedpasswords.com:8443/'],
    ['another scheme', 'http://api.pwnedpasswords.com/'],
    ['a file', 'file:///etc/passwd'],
    ['a data URL', 'data:text/plain,x'],
  ])('that is not listed is refused: %s', (_what, url) => {
    expect(inProduction(url, PUBLIC)).toEqual({ allowed: false, reason: 'origin-not-listed' });
  });

  it('is refused when nothing is listed', () => {
    expect(inProduction(PUBLIC)).toEqual({ allowed: false, reason: 'origin-not-listed' });
  });

  it.each(['https://user@api.pwnedpasswords.com/', 'https://:secret@api.pwnedpasswords.com/'])(
    'is refused with credentials: %s',
    (url) => {
      expect(inProduction(url, PUBLIC)).toEqual({ allowed: false, reason: 'credentials-in-url' });
    },
  );

  it.each([
    ['of the metadata service', 'https://169.254.169.254'],
    ['of this machine', 'https://127.0.0.1'],
    ['of this machine, in hexadecimal', 'https://0x7f.1'],
    ['of this machine, as one number', 'https://2130706433'],
    ['of this machine, in IPv6', 'https://[::1]'],
    ['of this machine, mapped into IPv6', 'https://[::ffff:127.0.0.1]'],
    ['of a private network', 'https://10.1.2.3'],
    ['of a private network, in IPv6', 'https://[fd00::1]'],
  ])('is refused even if it is listed when it is the address %s', (_what, url) => {
    expect(inProduction(url, new URL(url).origin)).toEqual({ allowed: false, reason: 'address-not-public' });
  });

  it.each([
    ['loopback in production', LOCAL, true],
    ['a name in production', 'http://api.pwnedpasswords.com', true],
    ['a name that could be loopback', 'http://localhost:8080', false],
    ['a public address', 'http://8.8.8.8', false],
    ['a private address', 'http://10.0.0.1', false],
  ])('is refused without TLS: %s', (_what, url, isProduction) => {
    expect(evaluateDestination(new URL(url), { origins: new Set([url]), isProduction })).toEqual({
      allowed: false,
      reason: 'scheme-not-allowed',
    });
  });

  it('is allowed when it is listed and https, or loopback outside production', () => {
    expect(inProduction(`${PUBLIC}/range/ABCDE`, PUBLIC)).toEqual({ allowed: true });
    expect(inTests(`${LOCAL}/range/ABCDE`, LOCAL)).toEqual({ allowed: true });
    expect(inTests('http://[::1]:8080/', 'http://[::1]:8080')).toEqual({ allowed: true });
  });
});
