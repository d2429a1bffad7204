import { oneTimePassword } from './one-time-password.ts';
import { ApiProblem, RampartClient } from './rampart-client.ts';

const { API = 'http://127.0.0.1:3000', EMAIL = '', PASSWORD = '', TOTP_SECRET = '' } = process.env;

/** Signs in with two factors, makes an API key, reads with it, and takes everything back. */
async function main(): Promise<void> {
  const person = new RampartClient(API);
  await person.signIn(EMAIL, PASSWORD, () => oneTimePassword(TOTP_SECRET));
  const me = await person.get<{ email: string; role: string }>('/v1/me');
  console.log(`signed in as ${me.role}`);

  const { id, key } = await person.post<{ id: string; key: string }>('/v1/api-keys', {
    name: 'Example of the client',
    scopes: ['patients:read'],
    expiresInDays: 1,
  });
  const program = new RampartClient(API);
  program.useKey(key);
  const { items } = await program.get<{ items: unknown[] }>('/v1/patients?limit=2');
  console.log(`the key reads ${items.length} patients`);

  await person.delete(`/v1/api-keys/${id}`);
  const dismissal = await program.get('/v1/patients').catch((error: unknown) => error);
  console.log(dismissal instanceof ApiProblem ? 'the key is revoked' : 'the key still reads');

  await person.signOut();
  const refusal = await person.get('/v1/me').catch((error: unknown) => error);
  console.log(refusal instanceof ApiProblem || refusal instanceof Error ? 'signed out' : 'still signed in');
}

await main();
