import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller, someAddress, type Answer } from './caller.ts';

interface Origin {
  /** Default: one that nobody else has. */
  readonly address?: string;
  readonly userAgent?: string;
}

/** One try to sign in, from wherever it is said to come. */
export function tryPassword(
  app: NestFastifyApplication,
  { email, password }: { readonly email: string; readonly password: string },
  { address = someAddress(), userAgent = 'curl/8.0' }: Origin = {},
): Promise<Answer> {
  const headers = { 'user-agent': userAgent };
  return new Caller(app, undefined, address).post('/v1/auth/login', { email, password }, { headers });
}
