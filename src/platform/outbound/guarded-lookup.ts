import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isReachable } from './destination.js';

/**
 * The name is resolved once, here, and the connection goes to the very addresses that were checked: a second answer of a
 * hostile name server has nobody to go to (SSRF, CWE-918; DNS rebinding). One bad address refuses the name (fails closed).
 * @control A1.1
 */
export function guardedLookup(isProduction: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isReachable(address, isProduction))) {
        callback(new Error('the name does not lead to a public address'), '');
        return;
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
