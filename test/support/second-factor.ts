import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import { Caller, type Answer } from './caller.ts';
import type { Member, Tokens } from './organization.ts';

/** What an authenticator app with this base32 secret shows at a moment (RFC 6238). */
export function totpCode(secret: string, at = new Date()): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });
}

/** What somebody with two factors gets for the first one. */
export async function challengeOf(app: NestFastifyApplication, member: Member): Promise<string> {
  const answer = await new Caller(app, undefined, member.address).post('/v1/auth/login', {
    email: member.email,
    password: member.password,
  });
  if (answer.body['mfaRequired'] !== true) throw new Error(`no challenge: ${answer.text}`);
  return String(answer.body['challengeToken']);
}

/** The second step, from an address of its own unless one is given. */
export function answerChallenge(
  app: NestFastifyApplication,
  challengeToken: string,
  proof: { method: 'totp' | 'recovery_code'; code: string },
  address?: string,
): Promise<Answer> {
  return new Caller(app, undefined, address).post('/v1/auth/mfa', { challengeToken, ...proof });
}

/** The tokens of an answer that has some. */
export function tokensOf({ body }: Answer): Tokens {
  return z.object({ accessToken: z.string(), refreshToken: z.string() }).parse(body);
}

/** What an access token says, unverified. */
export function claimsOf(accessToken: unknown): Record<string, unknown> {
  return z
    .looseObject({})
    .parse(JSON.parse(Buffer.from(String(accessToken).split('.')[1] ?? '', 'base64url').toString()));
}
