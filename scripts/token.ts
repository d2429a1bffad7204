import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { TOTP } from 'otpauth';
import { z } from 'zod';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm run -s token -- <role> "<organization>"

Signs in with a demo account for real, with its second factor where it has one, and prints its access token, and nothing else:
  curl -H "Authorization: Bearer $(npm run -s token -- clinician "North Clinic")" http://127.0.0.1:3000/v1/me
A one-time password works once: a second call within 30 seconds waits for the next one.`;

const accountsFile = '.data/demo-accounts.json';
const stepSeconds = 30;
const accountSchema = z.object({
  email: z.string(),
  password: z.string(),
  totpSecret: z.string().optional(),
  role: z.string(),
  organization: z.string(),
});
const demoSchema = z.object({ baseUrl: z.url(), accounts: z.array(accountSchema) });
const tokensSchema = z.object({ accessToken: z.string() });
const challengeSchema = z.object({ mfaRequired: z.literal(true), challengeToken: z.string() });

type Account = z.infer<typeof accountSchema>;

async function main(): Promise<void> {
  const [role, organization] = process.argv.slice(2);
  if (role === '--help') return console.log(usage);
  const { baseUrl, accounts } = readAccounts();
  const account = accounts.find((one) => one.role === role && one.organization === organization);
  if (account === undefined)
    throw new Failure(`No such demo account. There are:\n${accounts.map(describe).join('\n')}`);
  console.log(await signIn(baseUrl, account));
}

function readAccounts(): z.infer<typeof demoSchema> {
  if (!existsSync(accountsFile))
    throw new Failure(`There are no demo accounts yet (${accountsFile}): npm run up makes them.`);
  const raw: unknown = JSON.parse(readFileSync(accountsFile, 'utf8'));
  return demoSchema.parse(raw);
}

function describe({ role, organization }: Account): string {
  return `  npm run -s token -- ${role} "${organization}"`;
}

async function signIn(baseUrl: string, account: Account): Promise<string> {
  const { email, password } = account;
  const answer = await accepted(await post(`${baseUrl}/v1/auth/login`, { email, password }), email);
  const challenge = challengeSchema.safeParse(answer);
  if (!challenge.success) return tokensSchema.parse(answer).accessToken;
  return answerChallenge(`${baseUrl}/v1/auth/mfa`, account, challenge.data.challengeToken);
}

async function answerChallenge(url: string, { email, totpSecret }: Account, challengeToken: string): Promise<string> {
  if (totpSecret === undefined) throw new Failure(`${email} has a second factor that this command does not have.`);
  const code = (): string => new TOTP({ secret: totpSecret }).generate();
  const answer = (): Promise<Response> => post(url, { challengeToken, method: 'totp', code: code() });
  const first = await answer();
  if (first.status !== 401) return tokensSchema.parse(await accepted(first, email)).accessToken;
  console.error('The one-time password of this half minute has been used; waiting for the next one.');
  await delay((stepSeconds - ((Date.now() / 1000) % stepSeconds)) * 1000);
  return tokensSchema.parse(await accepted(await answer(), email)).accessToken;
}

async function accepted(response: Response, email: string): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Failure(`The server refused to sign ${email} in: ${response.status} ${await response.text()}`);
}

async function post(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new Failure(`No server answers at ${new URL(url).origin}: npm run up starts it.`, { cause: error });
  }
}

await runScript(main);
