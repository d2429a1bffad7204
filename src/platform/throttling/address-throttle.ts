import { isIP, isIPv4 } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../networks/index.js';
import { budgetOfAddress, type BudgetClass } from './budgets.js';
import { Quotas } from './quotas.js';
import { defaultClassOf, type ThrottleClass } from './throttle-class.js';

/** A single address of IPv4; of IPv6 the /64 that one customer gets. */
const WIDTHS = { v4: 32, v6: 64 };
const MAPPED = '::ffff:';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the address throttle; absent where no route was found. */
    throttleClass: ThrottleClass | undefined;
  }
}

/**
 * What one address may ask for, whoever it is and whether or not there is such a path: a hook and no guard, because guards run
 * after the body has been read and parsed, and not at all when that fails or nothing is there. The class belongs to the route,
 * so neither the spelling of the path nor HEAD leads to another budget. @control B6.1 B6.6
 */
@Injectable()
export class AddressThrottle {
  constructor(private readonly quotas: Quotas) {}

  /** Before any route is registered. */
  install(server: FastifyInstance): void {
    server.decorateRequest('throttleClass', undefined);
    server.addHook('onRequest', async (request, reply) => {
      // An OPTIONS that gets here asks no question of CORS, and for us there is nothing of that method anywhere.
      if (request.is404 || request.method === 'OPTIONS') await this.charge(request, reply, 'unrouted');
    });
    server.addHook('onRoute', (route) => {
      const throttleClass = route.config?.throttle ?? defaultClassOf(String(route.method));
      const charge = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
        request.throttleClass = throttleClass;
        await this.charge(request, reply, throttleClass);
      };
      route.onRequest = [charge, ...[route.onRequest ?? []].flat()];
    });
  }

  private charge({ ip }: FastifyRequest, reply: FastifyReply, budgetClass: BudgetClass): Promise<void> {
    return this.quotas.spend(reply, {
      holder: 'address',
      id: subjectOf(ip),
      budgetClass,
      budget: budgetOfAddress(budgetClass),
    });
  }
}

/** The short way for IPv4, as itself or as a listener on `::` sees it. What is no address is refused elsewhere: all of it is one. */
function subjectOf(ip: string): string {
  const plain = ip.startsWith(MAPPED) ? ip.slice(MAPPED.length) : ip;
  if (isIPv4(plain)) return `${plain}/${WIDTHS.v4}`;
  return isIP(ip) === 0 ? 'none' : networkOf(ip, WIDTHS);
}
