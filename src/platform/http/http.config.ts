import { isIP } from 'node:net';
import { z } from 'zod';
import { configSlice, integer, list } from '../config/index.js';
import { parseNetwork, type Network } from '../networks/index.js';

/** An origin as browsers send it (RFC 6454 §6.2): scheme, host and port, nothing else. */
function isOrigin(entry: string): boolean {
  if (entry === '*') return true;
  // A wildcard within a host parses, and matches no page: who writes it expects something else.
  return /^https?:/.test(entry) && !entry.includes('*') && URL.canParse(entry) && new URL(entry).origin === entry;
}

/** What holds everybody is none: with it any client could say what its address is. */
function isNetwork(entry: string): boolean {
  return parseNetwork(entry) !== undefined;
}

export class HttpConfig extends configSlice('HTTP', {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: integer('Port to listen on.', { min: 0, max: 65_535, default: 3000 }),
  MANAGEMENT_PORT: integer(
    'Port of the second listener: metrics, readiness, console, route inventory, and in production the docs page.',
    {
      min: 0,
      max: 65_535,
      default: 9090,
    },
  ),
  MANAGEMENT_HOST: z
    .string()
    // A name may stand for several addresses, and Fastify would listen on them with servers that MANAGEMENT_ALLOW does not see.
    .refine((host) => isIP(host) !== 0, 'must be an IP address')
    .default('127.0.0.1')
    .describe('Address that the second listener listens on.'),
  MANAGEMENT_ALLOW: list('Addresses and networks that may connect to the second listener; all others are hung up on.')
    .refine((entries) => entries.every(isNetwork), 'must be a list of IP addresses and networks such as 10.0.0.0/8')
    .default(['127.0.0.0/8', '::1']),
  REQUEST_DEADLINE_MS: integer('How long a request may be under way before it is answered with 503.', {
    min: 100,
    max: 600_000,
    default: 30_000,
  }),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ''))
    .optional()
    .describe('How clients reach the API. Default: http://HOST:PORT. Production requires it.'),
  CORS_ORIGINS: list('Origins whose pages may call the API, comma-separated, exact. Default: none.')
    .refine((origins) => origins.every(isOrigin), 'each entry must be an origin such as https://app.example.com')
    .default([]),
  TRUSTED_PROXIES: list(
    'How the client address is derived: "none" (nobody in front), or the addresses and networks of our own proxies. Production requires an answer.',
  )
    .refine(
      (entries) => (entries.length === 1 && entries[0] === 'none') || (entries.length > 0 && entries.every(isNetwork)),
      'must be "none" or a list of IP addresses and networks such as 10.0.0.0/8',
    )
    .optional(),
}) {
  get publicUrl(): string {
    return this.values.PUBLIC_URL ?? `http://${this.values.HOST}:${this.values.PORT}`;
  }

  /** Networks whose forwarding headers are believed; an empty list believes nobody. */
  get trustedProxies(): readonly Network[] {
    return networksOf(this.values.TRUSTED_PROXIES ?? []);
  }

  get managementAllow(): readonly Network[] {
    return networksOf(this.values.MANAGEMENT_ALLOW);
  }

  static override productionProblems(values: HttpConfig['values']): readonly string[] {
    return [
      ...(values.PUBLIC_URL === undefined ? ['PUBLIC_URL: is required in production'] : []),
      ...(values.TRUSTED_PROXIES === undefined
        ? ['TRUSTED_PROXIES: is required in production: "none", or the networks of the proxies in front']
        : []),
      ...(values.CORS_ORIGINS.includes('*') ? ['CORS_ORIGINS: a wildcard is refused in production'] : []),
    ];
  }
}

/** `none` is no network. */
function networksOf(entries: readonly string[]): Network[] {
  return entries.flatMap((entry) => parseNetwork(entry) ?? []);
}
