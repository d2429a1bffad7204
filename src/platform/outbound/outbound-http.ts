import { Buffer } from 'node:buffer';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure, type RequestOptions } from 'node:https';
import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import { RuntimeConfig } from '../config/index.js';
import { inClientSpan } from '../telemetry/index.js';
import { evaluateDestination } from './destination.js';
import { guardedLookup } from './guarded-lookup.js';
import { OutboundConfig } from './outbound.config.js';
import { DestinationRefused, OutboundCallFailed } from './outbound.errors.js';

interface CallLimits {
  /** For everything together: name, connection, TLS, answer. */
  readonly timeoutMs: number;
  /** Of the body. Node bounds the headers at 16 KiB by itself. */
  readonly maxBytes: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Post extends CallLimits {
  /** JSON. */
  readonly body: string;
}

/** The one place where the server calls out by HTTP. @control A1.1 */
@Injectable()
export class OutboundHttp {
  constructor(
    private readonly config: OutboundConfig,
    private readonly runtime: RuntimeConfig,
    private readonly events: SecurityEvents,
  ) {}

  /**
   * The body of a 2xx, as UTF-8. Redirects are not followed: they would lead where nobody has looked. Throws
   * `DestinationRefused` before anything is sent and `OutboundCallFailed` for everything behind that.
   */
  getText(url: URL, limits: CallLimits): Promise<string> {
    return this.call(url, limits, { method: 'GET' });
  }

  /** Posts JSON. Any 2xx will do. Throws like `getText`. */
  async post(url: URL, { body, ...limits }: Post): Promise<void> {
    const headers = { ...limits.headers, 'content-type': 'application/json; charset=utf-8' };
    await this.call(url, { ...limits, headers }, { method: 'POST', body });
  }

  private async call(
    url: URL,
    limits: CallLimits,
    { method, body }: { method: string; body?: string },
  ): Promise<string> {
    const { isProduction } = this.runtime;
    const verdict = evaluateDestination(url, { origins: this.config.origins, isProduction });
    if (!verdict.allowed) {
      // Here, for those who call go on without an answer, and jobs have no filter.
      this.events.note({ name: 'outbound_destination_refused', reason: verdict.reason });
      throw new DestinationRefused(verdict.reason);
    }
    try {
      const options = {
        method,
        headers: { ...limits.headers, 'accept-encoding': 'identity', 'user-agent': 'rampart' },
        signal: AbortSignal.timeout(limits.timeoutMs),
        lookup: guardedLookup(isProduction),
        // A connection of its own: the shared agent may be told by the environment to use a proxy, which would resolve names.
        agent: false,
        // NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment must not reach this.
        rejectUnauthorized: true,
      };
      // By its host alone: what is asked for is in the path.
      const attributes = { 'http.request.method': method, 'server.address': url.hostname };
      return await inClientSpan(method, attributes, async () =>
        readBody(await open(url, options, body), limits.maxBytes),
      );
    } catch (error) {
      throw new OutboundCallFailed(error);
    }
  }
}

function open(url: URL, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
}

/** Leaving the loop early destroys the connection, so that the rest of a huge answer is not even received. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) {
    response.destroy();
    throw new Error(`the answer has status ${String(statusCode)}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) throw new Error('the answer is not binary');
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
