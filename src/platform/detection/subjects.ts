import type { Actor } from '../access/index.js';
import { networkOf } from '../networks/index.js';

/** One address of IPv4; of IPv6 the /64 that one customer gets. */
const CUSTOMER = { v4: 32, v6: 64 };

/** The subject that an address is counted and blocked as. */
export function addressOf(ip: string): string {
  return networkOf(ip, CUSTOMER);
}

/** The subject that a caller is counted and blocked as: the same in every organization and session. */
export function principalOf({ kind, id }: Pick<Actor, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
