import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const credentialsSchema = z.object({
  port: z.number().int(),
  postgres: z.string(),
  rampart_owner: z.string(),
  rampart_server: z.string(),
});

/** The port of a cluster and the password of each role that may log in. */
export type Credentials = z.infer<typeof credentialsSchema>;
export type LoginRole = Exclude<keyof Credentials, 'port'>;

export function newCredentials(): Credentials {
  const password = (): string => randomBytes(24).toString('base64url');
  return { port: 0, postgres: password(), rampart_owner: password(), rampart_server: password() };
}

export function readCredentials(file: string): Credentials {
  const raw: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return credentialsSchema.parse(raw);
}

/** Written beside and renamed, so that no reader ever sees half of a file. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

export function urlFor(credentials: Credentials, role: LoginRole, database: string): string {
  return `postgres://${role}:${credentials[role]}@127.0.0.1:${credentials.port}/${database}`;
}
