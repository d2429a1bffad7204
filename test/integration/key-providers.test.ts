import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { AwsKmsKeys } from '../../src/platform/crypto/aws-kms-keys.js';
import { KeyProviderConfig } from '../../src/platform/crypto/key-provider.config.js';
import type { KeyProvider } from '../../src/platform/crypto/key-provider.js';
import { Pkcs11Keys } from '../../src/platform/crypto/pkcs11-keys.js';
import { startApp } from '../support/app.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';
import { FakeKms } from '../support/fake-kms.ts';
import { signIn, somePatient, TestOrganization } from '../support/organization.ts';
import { lacksTool } from '../support/tools.ts';
import { openConnection, query } from './open-database.ts';

vi.setConfig({ testTimeout: 60_000 });

type Settings = Readonly<Record<string, string>>;
const local = `local:${randomBytes(32).toString('base64')}`;
const context = { dataKeyId: newId(), organizationId: newId() };

const configOf = (settings: Settings) => {
  const { instance, problems } = KeyProviderConfig.load(settings, false);
  if (!(instance instanceof KeyProviderConfig)) throw new Error(problems.join());
  return instance.values;
};

/** What every provider promises, with one of two keys. */
async function expectWraps(provider: KeyProvider): Promise<void> {
  const key = randomBytes(32);
  const wrapped = await provider.wrap(key, context);
  expect(wrapped.wrappedBy).toBe(provider.currentKeyId);
  expect(wrapped.bytes.includes(key)).toBe(false);
  expect(await provider.unwrap(wrapped, context)).toEqual(key);

  const unavailable = { name: 'KeyEncryptionKeyUnavailable', keyId: wrapped.wrappedBy };
  for (const other of [
    { ...context, dataKeyId: newId() },
    { ...context, organizationId: newId() },
    { ...context, organizationId: null },
  ]) {
    await expect(provider.unwrap(wrapped, other)).rejects.toMatchObject(unavailable);
  }
  const changed = Buffer.from(wrapped.bytes);
  changed[20] = (changed[20] ?? 0) ^ 1;
  for (const bytes of [changed, wrapped.bytes.subarray(0, -1), Buffer.alloc(0)]) {
    await expect(provider.unwrap({ ...wrapped, bytes }, context)).rejects.toMatchObject(unavailable);
  }
}

/** From a key in a file to one elsewhere and on: each step is a rewrap, and nothing of before is needed after it. */
async function expectMove(urls: DatabaseUrls, elsewhere: Settings, keyId: string): Promise<void> {
  const database = { DATABASE_URL: urls.serverUrl };
  const before = await startApp({ ...database, KEY_ENCRYPTION_KEYS: local });
  const organization = await TestOrganization.create(before);
  const { member } = await organization.as('receptionist');
  await before.close();

  const moving = await openConnection({ ...database, ...elsewhere, KEY_ENCRYPTION_KEYS: local });
  expect(await moving.keyMaintenance.rewrapAll()).toBeGreaterThan(0);
  await moving.database.onApplicationShutdown();
  const wrappings = await query(urls.ownerUrl, `SELECT DISTINCT "wrappedBy" FROM "DataKey"`);
  expect(wrappings).toEqual([{ wrappedBy: keyId }]);

  const after = await startApp({ ...database, ...elsewhere, KEY_ENCRYPTION_KEYS: 'none' });
  const staff = await signIn(after, member);
  expect((await staff.post('/v1/patients', somePatient)).status).toBe(201);
  expect((await staff.get('/v1/patients')).status).toBe(200);
  await after.close();

  const without = startApp({ ...database, KEY_ENCRYPTION_KEYS: local });
  await expect(without).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringContaining(`"${keyId}"`) });
}

/** Of Debian: scripts/install-test-tools.sh. */
const tokenTool = 'softhsm2-util';
const keyTool = 'pkcs11-tool';

describe.skipIf(lacksTool(tokenTool) || lacksTool(keyTool))('A5.3 a key in an HSM (SoftHSM)', () => {
  const module = '/usr/lib/softhsm/libsofthsm2.so';
  const folder = mkdtempSync(join(tmpdir(), 'rampart-hsm-'));
  const settings = {
    KEY_PROVIDER: 'pkcs11',
    PKCS11_MODULE: module,
    PKCS11_TOKEN: 'rampart',
    PKCS11_PIN: '73519',
    PKCS11_KEYS: 'kek-1,kek-2',
  };
  const pkcs11 = (...args: string[]) =>
    execFileSync(
      'pkcs11-tool',
      ['--module', module, '--token-label', 'rampart', '--login', '--pin', '73519', ...args],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );

  beforeAll(() => {
    mkdirSync(join(folder, 'tokens'));
    // The library reads it when it is first used in this process.
    process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf');
    writeFileSync(
      process.env['SOFTHSM2_CONF'],
      `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\n`,
    );
    execFileSync(tokenTool, ['--init-token', '--free', '--label', 'rampart', '--so-pin', '90817', '--pin', '73519']);
    for (const label of ['kek-1', 'kek-2']) pkcs11('--keygen', '--key-type', 'AES:32', '--label', label, '--sensitive');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('wraps and unwraps, for its own data key and organization alone', async () => {
    const provider = await Pkcs11Keys.open(configOf(settings));
    expect(provider?.currentKeyId).toBe('pkcs11:kek-1');
    if (provider !== undefined) await expectWraps(provider);
  });

  it('serves many at once, one after the other', async () => {
    const provider = await Pkcs11Keys.open(configOf(settings));
    const keys = Array.from({ length: 25 }, () => randomBytes(32));
    const opened = await Promise.all(
      keys.map(async (key) => {
        const wrapped = await provider?.wrap(key, context);
        return wrapped && provider?.unwrap(wrapped, context);
      }),
    );
    expect(opened).toEqual(keys);
  });

  it('does not unwrap under another key of the same token, and does under an older one that is listed', async () => {
    const provider = await Pkcs11Keys.open(configOf(settings));
    const wrapped = await provider?.wrap(randomBytes(32), context);
    if (wrapped === undefined) throw new Error('it wraps');
    await expect(provider?.unwrap({ ...wrapped, wrappedBy: 'pkcs11:kek-2' }, context)).rejects.toThrow(/kek-2/);
    const turned = await Pkcs11Keys.open(configOf({ ...settings, PKCS11_KEYS: 'kek-2,kek-1' }));
    expect(turned?.currentKeyId).toBe('pkcs11:kek-2');
    expect(await turned?.unwrap(wrapped, context)).toHaveLength(32);
  });

  it('B10.4 takes over from a key in a file, and the file can go', async () => {
    await expectMove(await separateDatabase(), settings, 'pkcs11:kek-1');
  });

  it.each<[string, Settings, RegExp]>([
    ['a key that the token does not have', { PKCS11_KEYS: 'kek-1,kek-9' }, /secret key "kek-9"/],
    ['a token that is not there', { PKCS11_TOKEN: 'other' }, /no token "other"/],
    ['another PIN', { PKCS11_PIN: '00000' }, /C_Login failed with a0/],
    ['a library that is not there', { PKCS11_MODULE: '/nowhere/libhsm.so' }, /HSM cannot be used/],
    ['no PIN', { PKCS11_PIN: '' }, /needs PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN/],
    ['no key', { PKCS11_KEYS: '' }, /KEY_PROVIDER is pkcs11, but no key of it is configured/],
  ])('A7.2 refuses a start with %s, and says so', async (_what, wrong, words) => {
    const refusal = startApp({ ...settings, ...wrong, KEY_ENCRYPTION_KEYS: local });
    await expect(refusal).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringMatching(words) });
    expect(String(await refusal.catch((error: unknown) => error))).not.toContain('73519');
  });
});

describe('A5.3 a key in AWS KMS', () => {
  const arn = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
  const kms = new FakeKms(arn('one'), arn('two'));
  let settings: Settings;

  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI');
    settings = {
      KEY_PROVIDER: 'aws-kms',
      AWS_KMS_KEYS: `${arn('one')},${arn('two')}`,
      AWS_KMS_ENDPOINT: await kms.listen(),
    };
  });
  afterAll(() => {
    kms.close();
    vi.unstubAllEnvs();
  });

  it('wraps and unwraps, for its own data key and organization alone', async () => {
    const provider = AwsKmsKeys.open(configOf(settings));
    if (provider === undefined) throw new Error('it is configured');
    await expectWraps(provider);
  });

  it('says to KMS which data key of which organization it is, signed, and names the key on decryption too', async () => {
    const provider = AwsKmsKeys.open(configOf(settings));
    kms.calls.length = 0;
    const wrapped = await provider?.wrap(randomBytes(32), { dataKeyId: context.dataKeyId, organizationId: null });
    await provider?.unwrap(wrapped ?? { wrappedBy: '', bytes: Buffer.alloc(0) }, { ...context, organizationId: null });
    expect(kms.calls.map(({ target }) => target)).toEqual(['TrentService.Encrypt', 'TrentService.Decrypt']);
    for (const { authorization, request } of kms.calls) {
      expect(authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/kms\/aws4_request, SignedHeaders=[^,]+, Signature=[0-9a-f]{64}$/,
      );
      expect(request).toMatchObject({
        KeyId: arn('one'),
        EncryptionContext: { dataKeyId: context.dataKeyId, organizationId: 'none' },
      });
    }
  });

  it('does not unwrap under another key, and does under an older one that is listed', async () => {
    const provider = AwsKmsKeys.open(configOf(settings));
    const wrapped = await provider?.wrap(randomBytes(32), context);
    if (wrapped === undefined) throw new Error('it wraps');
    await expect(provider?.unwrap({ ...wrapped, wrappedBy: arn('two') }, context)).rejects.toThrow(/key\/two/);
    const turned = AwsKmsKeys.open(configOf({ ...settings, AWS_KMS_KEYS: `${arn('two')},${arn('one')}` }));
    expect(await turned?.unwrap(wrapped, context)).toHaveLength(32);
  });

  it.each(['AccessDeniedException', 'DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
    'A7.2 fails closed when KMS answers %s',
    async (type) => {
      const provider = AwsKmsKeys.open(configOf(settings));
      kms.failure = { status: 400, type };
      await expect(provider?.wrap(randomBytes(32), context)).rejects.toMatchObject({ keyId: arn('one') });
      kms.failure = undefined;
    },
  );

  it('B10.4 takes over from a key in a file, and the file can go', async () => {
    await expectMove(await separateDatabase(), settings, arn('one'));
  });

  it.each<[string, Settings, RegExp]>([
    ['an alias', { AWS_KMS_KEYS: 'arn:aws:kms:eu-central-1:111122223333:alias/rampart' }, /must be ARNs of keys/],
    [
      'two regions',
      { AWS_KMS_KEYS: `${arn('one')},arn:aws:kms:eu-west-1:111122223333:key/one` },
      /must be ARNs of keys/,
    ],
    ['no key', { AWS_KMS_KEYS: '' }, /KEY_PROVIDER is aws-kms, but no key of it is configured/],
  ])('A7.2 refuses a start with %s, and says so', async (_what, wrong, words) => {
    const refusal = startApp({ ...settings, ...wrong, KEY_ENCRYPTION_KEYS: local });
    await expect(refusal).rejects.toMatchObject({ name: 'StartRefused', message: expect.stringMatching(words) });
  });
});
