import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Where a request comes from, as far as the server can know. It never authenticates anybody (B3.3). */
export interface Client {
  /** Client address, as TRUSTED_PROXIES derives it. */
  readonly ip: string;
  /** What the client says it is: anybody can say anything. */
  readonly userAgent: string;
}

/** As much of the user agent as anybody needs to recognize a device. */
const USER_AGENT_MAX = 256;

/** The client of the request, as a handler's argument. */
export const FromClient = createParamDecorator((_data: unknown, context: ExecutionContext): Client => {
  const { ip, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return { ip, userAgent: (headers['user-agent'] ?? '').slice(0, USER_AGENT_MAX) };
});
