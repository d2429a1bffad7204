import { isIP, isIPv4, SocketAddress } from 'node:net';
import { LRUCache } from 'lru-cache';

/** A range of addresses. Two spellings of one range are one network: `10.1.2.3/8` and `::ffff:10.0.0.0/104` are `10.0.0.0/8`. */
export interface Network {
  /** CIDR with the host bits cleared, in lower case and compressed (RFC 5952): what to store, show and compare. */
  readonly text: string;
  /** The first address as a number of 128 bits, IPv4 as its mapped form (RFC 4291 §2.5.5.2). */
  readonly start: bigint;
  /** How many of the 128 bits count. */
  readonly bits: number;
}

interface Widths {
  /** Bits of an IPv4 address that count. */
  readonly v4: number;
  /** Bits of an IPv6 address that count: whoever has one has at least a /64 of them (RFC 6177). */
  readonly v6: number;
}

const WIDTH = 128;
/** `::ffff:0:0/96`, where IPv4 lives. */
const MAPPED_V4 = { start: 0xffffn << 32n, bits: 96 };
const MAPPED_PREFIX = '::ffff:';
const CIDR = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/;

/**
 * An address, or a network in CIDR form (RFC 4632 §3.1); undefined for anything else. Only the one spelling of each byte that
 * all parsers agree on: `010.0.0.1` is octal to some (CVE-2021-28918), and `127.1` an address. No zone id: it names a link of
 * this host. What holds all of IPv4 (`0.0.0.0/0`, `::/0`) is refused: a list with everybody in it says nothing. @control B14.1
 */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits] = CIDR.exec(text) ?? [];
  if (isIP(address) === 0) return undefined;
  const width = isIPv4(address) ? 32 : WIDTH;
  const prefix = Number(bits ?? width);
  if (prefix > width) return undefined;
  const network = networkAt(numberOf(address), WIDTH - width + prefix);
  const hasAllOfV4 = network.bits <= MAPPED_V4.bits && includes(network, MAPPED_V4.start);
  return hasAllOfV4 ? undefined : network;
}

/** False for text that is no address: whoever denies by a list must refuse that text as well. @control B14.1 */
export function includesAddress(networks: readonly Network[], ip: string): boolean {
  if (isIP(ip) === 0) return false;
  const address = numberOf(ip);
  return networks.some((network) => includes(network, address));
}

/** Clients come again, and are asked for several times with each request. */
const networks = new LRUCache<string, string>({ max: 2000 });

/** The network of this width around an address, as text. What is no address stays as it is. */
export function networkOf(ip: string, widths: Widths): string {
  if (isIP(ip) === 0) return ip;
  const key = `${ip} ${widths.v4} ${widths.v6}`;
  const known = networks.get(key);
  if (known !== undefined) return known;
  const text = networkAround(ip, widths);
  networks.set(key, text);
  return text;
}

function networkAround(ip: string, { v4, v6 }: Widths): string {
  const address = numberOf(ip);
  const bits = includes(MAPPED_V4, address) ? MAPPED_V4.bits + v4 : v6;
  return networkAt(address, bits).text;
}

function includes({ start, bits }: Pick<Network, 'start' | 'bits'>, address: bigint): boolean {
  return clearHostBits(address, bits) === start;
}

function networkAt(address: bigint, bits: number): Network {
  const start = clearHostBits(address, bits);
  const groups = start
    .toString(16)
    .padStart(32, '0')
    .replace(/.{4}(?!$)/g, '$&:');
  const text = new SocketAddress({ address: groups, family: 'ipv6' }).address;
  const isV4 = bits >= MAPPED_V4.bits && includes(MAPPED_V4, start);
  return {
    start,
    bits,
    text: isV4 ? `${text.slice(MAPPED_PREFIX.length)}/${bits - MAPPED_V4.bits}` : `${text}/${bits}`,
  };
}

function clearHostBits(address: bigint, bits: number): bigint {
  const hostBits = BigInt(WIDTH - bits);
  return (address >> hostBits) << hostBits;
}

/** Of text that is an address; its zone id does not count. */
function numberOf(ip: string): bigint {
  const [address = ''] = ip.split('%');
  const [head = '', tail = ''] = (isIPv4(address) ? MAPPED_PREFIX + address : address).split('::');
  const front = groupsOf(head);
  const back = groupsOf(tail);
  const middle = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...middle, ...back].reduce((number, group) => (number << 16n) | BigInt(group), 0n);
}

/** Sixteen bits each; the last 32 may be written as IPv4 (RFC 4291 §2.2). */
function groupsOf(text: string): number[] {
  return text
    .split(':')
    .filter(Boolean)
    .flatMap((group) => {
      if (!isIPv4(group)) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [a * 256 + b, c * 256 + d];
    });
}
