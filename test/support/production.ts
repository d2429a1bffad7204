import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { separateDatabase } from './database.ts';

const symmetricKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

/** What production asks for, with secrets and a database of its own. */
export async function productionSettings(): Promise<Record<string, string>> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    NODE_ENV: 'production',
    DATABASE_URL: (await separateDatabase()).serverUrl,
    PUBLIC_URL: 'https://api.example.com',
    TRUSTED_PROXIES: '127.0.0.1',
    SECURITY_CONTACT: 'tel:+44-20-7946-0123',
    INSTANCES: '1',
    THROTTLE_SCALE: '1',
    SMTP_URL: 'smtps://rampart:secret@127.0.0.1:1',
    MAIL_FROM: 'rampart@example.com',
    TOKEN_ISSUER: 'https://api.example.com',
    KEY_ENCRYPTION_KEYS: symmetricKey('k1'),
    PASSWORD_PEPPER: symmetricKey('p1'),
    SIGNING_KEYS: JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 's1' }] }),
    ARGON2_MEMORY_KIB: '19456',
    ARGON2_ITERATIONS: '2',
  };
}
