import { BlockList, isIP } from 'node:net';

type Refusal = 'origin-not-listed' | 'scheme-not-allowed' | 'credentials-in-url' | 'address-not-public';
type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: Refusal };

interface DestinationFacts {
  /** Origins that the configuration names. */
  readonly origins: ReadonlySet<string>;
  readonly isProduction: boolean;
}

/**
 * IANA special-purpose registries (RFC 6890): what is not the public internet, with multicast. Of IPv6 only 2000::/3 is handed
 * out at all, so everything else is refused by that, IPv4-mapped addresses and translators among it.
 */
const special = new BlockList();
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]) {
  const [address = '', bits] = network.split('/');
  special.addSubnet(address, Number(bits), versionOf(address));
}

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * May the server call this URL? Whether the address behind a name may be connected to is asked again when it is known
 * (`isReachable`): a name that is listed can still lead inside (SSRF, CWE-918; DNS rebinding). @control A1.1
 */
export function evaluateDestination(url: URL, { origins, isProduction }: DestinationFacts): Verdict {
  if (url.username !== '' || url.password !== '') return { allowed: false, reason: 'credentials-in-url' };
  if (!origins.has(url.origin)) return { allowed: false, reason: 'origin-not-listed' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isPlain = url.protocol === 'http:' && !isProduction && isIn(loopback, host);
  if (url.protocol !== 'https:' && !isPlain) return { allowed: false, reason: 'scheme-not-allowed' };
  // Node looks no name up when the host is an address: the hook that checks the others never sees it.
  if (isIP(host) !== 0 && !isReachable(host, isProduction)) return { allowed: false, reason: 'address-not-public' };
  return { allowed: true };
}

/** Public addresses, and outside production loopback too. Text that is no address is refused. */
export function isReachable(address: string, isProduction: boolean): boolean {
  if (!isProduction && isIn(loopback, address)) return true;
  if (isIP(address) === 0 || isIn(special, address)) return false;
  return isIP(address) === 4 || isIn(globalUnicast, address);
}

function isIn(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, versionOf(address));
}

function versionOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
