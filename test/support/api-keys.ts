import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { expect } from 'vitest';
import { z } from 'zod';
import { Caller, type Answer } from './caller.ts';
import { expectProblem } from './problem.ts';

const made = z.looseObject({ id: z.uuid(), keyId: z.string(), key: z.string() });
export type MadeKey = z.output<typeof made>;

/** The key of a 201. */
export function keyOf(answer: Answer): MadeKey {
  if (answer.status !== 201) throw new Error(`201 was expected: ${answer.status} ${answer.text}`);
  return made.parse(answer.body);
}

/** A key that may read patients, made through the front door. */
export async function makeKey(person: Caller, settings: object = {}): Promise<MadeKey> {
  const body = { name: 'Laboratory', scopes: ['patients:read'], expiresInDays: 90, ...settings };
  return keyOf(await person.post('/v1/api-keys', body));
}

/** The keys that this person sees. */
export async function listKeys(person: Caller, query = ''): Promise<Record<string, unknown>[]> {
  const answer = await person.get(`/v1/api-keys${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body['items'] as Record<string, unknown>[];
}

export async function statusOfKey(person: Caller, { id }: MadeKey): Promise<unknown> {
  return (await listKeys(person)).find((key) => key['id'] === id)?.['status'];
}

export async function expectKeyOpen(app: NestFastifyApplication, { key }: MadeKey): Promise<void> {
  const answer = await new Program(app, key).get('/v1/patients');
  expect(answer.status, answer.text).toBe(200);
}

export async function expectKeyRefused(app: NestFastifyApplication, { key }: MadeKey): Promise<void> {
  expectProblem(await new Program(app, key).get('/v1/patients'), 'unauthenticated');
}

/** A program that calls with a key. */
export class Program extends Caller {
  constructor(
    app: NestFastifyApplication,
    private readonly key: string,
    address?: string,
  ) {
    super(app, undefined, address);
  }

  override call(method: string, url: string, options: Parameters<Caller['call']>[2] = {}): Promise<Answer> {
    return super.call(method, url, {
      ...options,
      headers: { authorization: `ApiKey ${this.key}`, ...options.headers },
    });
  }
}
