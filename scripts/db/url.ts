import { Failure, runScript } from '../bootstrap/failure.mjs';
import { configuredOwnerUrl, connect, embeddedOwnerUrl } from './connection.ts';

const usage = `npm run -s db:url

Prints the address of the database, signed in as its owner: psql "$(npm run -s db:url)"`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  console.log(configuredOwnerUrl() ?? (await runningEmbeddedUrl()));
}

async function runningEmbeddedUrl(): Promise<string> {
  const url = embeddedOwnerUrl();
  try {
    if (url === undefined) throw new Failure('never started');
    await (await connect(url, 0)).end();
    return url;
  } catch (error) {
    throw new Failure('The embedded database is not running: npm run up starts it.', { cause: error });
  }
}

await runScript(main);
