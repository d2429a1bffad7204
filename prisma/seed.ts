import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSlices } from '../src/config.js';
import { loadConfig, RuntimeConfig, type LoadedConfig } from '../src/platform/config/index.js';
import { CryptoConfig, PasswordHasher } from '../src/platform/crypto/index.js';
import { connectDatabase } from '../src/platform/database/index.js';
import { HttpConfig } from '../src/platform/http/index.js';
import { failStart, StartRefused } from '../src/platform/process/index.js';
import { DeterministicGenerator } from './seed/generator.js';
import { seedOrganization, type DemoAccount } from './seed/seed-organization.js';

/** Any constant does: everybody gets the same patients. Passwords are random per installation. */
const SEED = 20_261_122;
const ORGANIZATIONS = ['North Clinic', 'South Clinic'] as const;
const ACCOUNTS_FILE = join('.data', 'demo-accounts.json');

/** Demo organizations, once. A database that has one keeps what it has; production is refused. */
async function seed(config: LoadedConfig): Promise<string> {
  if (config.get(RuntimeConfig).isProduction)
    throw new StartRefused('Seeding is for development: production is refused.');
  const { database, close } = await connectDatabase(config);
  try {
    await database.refuseUnfitLogin();
    const isSeeded = (await database.client.organization.count({ where: { name: { in: [...ORGANIZATIONS] } } })) > 0;
    if (isSeeded) return existsSync(ACCOUNTS_FILE) ? 'Demo data is there already.' : missingAccounts();
    const tools = {
      database,
      hasher: new PasswordHasher(config.get(CryptoConfig)),
      random: new DeterministicGenerator(SEED),
    };
    const accounts: DemoAccount[] = [];
    for (const name of ORGANIZATIONS) accounts.push(...(await seedOrganization(tools, name)));
    writeAccounts(config.get(HttpConfig).publicUrl, accounts);
    return `Demo data is ready: ${ORGANIZATIONS.join(' and ')}; the accounts are in ${ACCOUNTS_FILE}.`;
  } finally {
    await close();
  }
}

function missingAccounts(): string {
  return `Demo data is there, but ${ACCOUNTS_FILE} is not: its passwords cannot be read back. Use a new database to get new ones.`;
}

function writeAccounts(baseUrl: string, accounts: readonly DemoAccount[]): void {
  mkdirSync('.data', { recursive: true });
  writeFileSync(ACCOUNTS_FILE, `${JSON.stringify({ baseUrl, accounts }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(ACCOUNTS_FILE, 0o600);
}

const usage = `npm run seed

Makes two organizations with people and patients in the database of the settings, once, and writes their accounts into
${ACCOUNTS_FILE}. Production is refused. Needs npm run build.`;

try {
  const report = process.argv.includes('--help') ? usage : await seed(loadConfig(configSlices));
  process.stdout.write(`${report}\n`);
} catch (error) {
  failStart(error);
}
