import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CredentialMisplaced, evaluateCredentialPlaces } from '../access/index.js';
import { AppError } from '../errors/index.js';
import { isUrlTooLong } from './server.js';

/** What is wrong with a request whatever it wants: its version, its host, its address, its length, where its credential stands. */
export function refuseUnfit(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(unfitnessOf(request));
}

function unfitnessOf(request: FastifyRequest): AppError | undefined {
  if (!isVersionSpoken(request) || !namesOneHost(request) || !hasAddress(request))
    return new AppError('malformed-request');
  if (isUrlTooLong(request.url)) return new AppError('uri-too-long');
  const { url, headers } = request;
  const hasKeyHeader = headers['x-api-key'] !== undefined;
  const places = evaluateCredentialPlaces({ url, authorization: headers.authorization, hasKeyHeader });
  return places.allowed ? undefined : new CredentialMisplaced(places.reason);
}

/**
 * Node's parser takes the form of HTTP/1.1 under other names as well: without a version (0.9), and as "2.0", which it does not
 * speak. Whoever stands in front may read such a request in another way. @control B6.6
 */
function isVersionSpoken({ raw: { httpVersion } }: FastifyRequest): boolean {
  return httpVersion === '1.1' || httpVersion === '1.0';
}

/** RFC 9112 §3.2: a request of HTTP/1.1 without Host, or with two, is a 400. Two arrive joined by a comma. */
function namesOneHost({ headers: { host }, raw }: FastifyRequest): boolean {
  return host === undefined ? raw.httpVersion !== '1.1' : !host.includes(',');
}

/**
 * A proxy of ours that reports something else than an address (`unknown`, a port) is set up wrongly. Any address we took
 * instead, its own for one, could be on a list that the client is not on: fails closed. @control B14.2
 */
function hasAddress({ ip }: FastifyRequest): boolean {
  return isIP(ip) !== 0;
}
