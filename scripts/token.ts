import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm run -s token -- <role> "<organization>"

Signs in with a demo account for real and prints its access token, and nothing else:
  curl -H "Authorization: Bearer $(npm run -s token -- clinician "North Clinic")" http://127.0.0.1:3000/v1/me`;

const accountsFile = '.data/demo-accounts.json';
const accountSchema = z.object({ email: z.string(), password: z.string(), role: z.string(), organization: z.string() });
const demoSchema = z.object({ baseUrl: z.url(), accounts: z.array(accountSchema) });
const answerSchema = z.union([z.object({ accessToken: z.string() }), z.object({ mfaRequired: z.literal(true) })]);

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

async function signIn(baseUrl: string, { email, password }: Account): Promise<string> {
  const response = await post(`${baseUrl}/v1/auth/login`, { email, password });
  if (!response.ok)
    throw new Failure(`The server refused to sign ${email} in: ${response.status} ${await response.text()}`);
  const answer = answerSchema.parse(await response.json());
  if ('mfaRequired' in answer) throw new Failure(`${email} has a second factor, which this command cannot give yet.`);
  return answer.accessToken;
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
