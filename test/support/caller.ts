import { randomInt } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  /** The parsed body; undefined when there is none. */
  // Tests read answers field by field and assert on each, so the type would be written twice.
  readonly body: Record<string, unknown>;
  readonly text: string;
}

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** For changes of which no version is the wrong one. */
export const whicheverVersion = { headers: { 'if-match': '*' } } as const;

/** An address that nobody else has, most likely: limits per address see everybody as somebody else. */
export function someAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Somebody who calls the API, with an access token or without, from an address of their own. */
export class Caller {
  constructor(
    private readonly app: NestFastifyApplication,
    readonly accessToken?: string,
    readonly address: string = someAddress(),
  ) {}

  get(url: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('GET', url, options);
  }

  post(url: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('POST', url, { ...options, body });
  }

  patch(url: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('PATCH', url, { ...options, body });
  }

  delete(url: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('DELETE', url, options);
  }

  async call(method: string, url: string, { body, headers }: CallOptions = {}): Promise<Answer> {
    const response = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        'x-forwarded-for': this.address,
        ...(this.accessToken !== undefined && { authorization: `Bearer ${this.accessToken}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = response.body;
    const isJson = String(response.headers['content-type']).includes('json');
    const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.statusCode, headers: response.headers, body: parsed, text };
  }
}
