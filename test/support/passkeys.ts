import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'vitest';
import { Caller, type Answer } from './caller.ts';
import type { TestOrganization } from './organization.ts';
import { VirtualAuthenticator } from './virtual-authenticator.ts';

export const ORIGIN = 'https://app.example.com';
export const RP_ID = 'example.com';
/** Settings of a server that takes passkeys of that page. */
export const RELYING_PARTY = { WEBAUTHN_ORIGINS: ORIGIN, WEBAUTHN_RP_ID: RP_ID };

export const newAuthenticator = () => new VirtualAuthenticator(ORIGIN, RP_ID);

interface CreationOptions {
  challenge: string;
  user: { id: string };
}

export async function creationOptions(caller: Caller): Promise<CreationOptions> {
  const answer = await caller.post('/v1/me/passkeys/options');
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as CreationOptions;
}

export const register = (caller: Caller, credential: unknown) =>
  caller.post('/v1/me/passkeys', { label: 'Phone', credential });

export async function challengeFor(app: NestFastifyApplication): Promise<string> {
  const answer = await new Caller(app).post('/v1/auth/passkey/options');
  expect(answer.status, answer.text).toBe(200);
  return String(answer.body['challenge']);
}

export const signInWith = (app: NestFastifyApplication, credential: unknown): Promise<Answer> =>
  new Caller(app).post('/v1/auth/passkey', { credential });

/** A member with a passkey, and the token that they got for it. */
export async function somebodyWithPasskey(app: NestFastifyApplication, organization: TestOrganization, counter = 0) {
  const signedIn = await organization.as('receptionist');
  const authenticator = newAuthenticator();
  authenticator.counter = counter;
  const answer = await register(signedIn, authenticator.create(await creationOptions(signedIn)));
  expect(answer.status, answer.text).toBe(201);
  const caller = new Caller(app, String(answer.body['accessToken']));
  return { userId: signedIn.member.userId, caller, authenticator };
}

export function flipLastBit(signature: Buffer): Buffer {
  const changed = Buffer.from(signature);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
