import { isIPv4 } from 'node:net';

interface Widths {
  /** Bits of an IPv4 address that count. */
  readonly v4: number;
  /** Bits of an IPv6 address that count: whoever has one has at least a /64 of them (RFC 6177). */
  readonly v6: number;
}

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The network that an address belongs to, in one spelling: `198.51.100.0/24`, `20010db8000000010000000000000000/64`. */
export function networkOf(ip: string, widths: Widths): string {
  const [address = ''] = ip.split('%');
  const v4 = MAPPED_V4.exec(address)?.[1] ?? address;
  return isIPv4(v4) ? v4Network(v4, widths.v4) : v6Network(address, widths.v6);
}

function v4Network(address: string, bits: number): string {
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const network = number - (number % 2 ** (32 - bits));
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256);
  return `${bytes.join('.')}/${bits}`;
}

function v6Network(address: string, bits: number): string {
  const [head = '', tail] = address.split('::');
  const front = groups(head);
  const back = groups(tail ?? '');
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => 0);
  const digits = [...front, ...middle, ...back].map((group) => group.toString(16).padStart(4, '0')).join('');
  return `${digits.slice(0, bits / 4).padEnd(32, '0')}/${bits}`;
}

/** Sixteen bits each; the last 32 may be written as IPv4 (RFC 4291 §2.2). */
function groups(text: string): number[] {
  return text
    .split(':')
    .filter(Boolean)
    .flatMap((group) => {
      if (!isIPv4(group)) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [a * 256 + b, c * 256 + d];
    });
}
