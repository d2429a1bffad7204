import { describe, expect, it } from 'vitest';
import { RuntimeConfig } from '../../platform/config/index.js';
import { HttpConfig } from '../../platform/http/index.js';
import { PasskeysConfig } from './passkeys.config.js';
import { RelyingParty } from './relying-party.js';

type Settings = Record<string, string>;

function relyingParty(settings: Settings, nodeEnv = 'production'): RelyingParty {
  const passkeys = PasskeysConfig.load(settings, nodeEnv === 'production');
  const http = HttpConfig.load({ TRUSTED_PROXIES: 'none', ...settings }, false);
  const runtime = RuntimeConfig.load({ NODE_ENV: nodeEnv }, false);
  return new RelyingParty(
    passkeys.instance as PasskeysConfig,
    http.instance as HttpConfig,
    runtime.instance as RuntimeConfig,
  );
}

const PUBLIC_URL = 'https://api.example.com/rampart';

describe('A1.2 the relying party', () => {
  it('is the public address unless somebody decides otherwise', () => {
    expect(relyingParty({ PUBLIC_URL })).toMatchObject({ id: 'api.example.com', origins: ['https://api.example.com'] });
  });

  it('may be a domain above all of its pages', () => {
    const settings = {
      WEBAUTHN_RP_ID: 'example.com',
      WEBAUTHN_ORIGINS: 'https://example.com, https://app.example.com:8443',
    };
    expect(relyingParty({ PUBLIC_URL, ...settings })).toMatchObject({
      id: 'example.com',
      origins: ['https://example.com', 'https://app.example.com:8443'],
    });
  });

  it.each([
    ['another domain', { WEBAUTHN_RP_ID: 'example.org' }, 'WEBAUTHN_RP_ID'],
    ['a domain that only ends alike', { WEBAUTHN_RP_ID: 'pi.example.com' }, 'WEBAUTHN_RP_ID'],
    ['a domain below the page', { WEBAUTHN_RP_ID: 'x.api.example.com' }, 'WEBAUTHN_RP_ID'],
    ['an origin elsewhere', { WEBAUTHN_ORIGINS: 'https://api.example.com,https://evil.test' }, 'WEBAUTHN_RP_ID'],
    ['an origin without TLS', { WEBAUTHN_ORIGINS: 'http://api.example.com' }, 'WEBAUTHN_ORIGINS'],
    ['a public address without TLS', { PUBLIC_URL: 'http://api.example.com' }, 'WEBAUTHN_ORIGINS'],
  ])('refuses to start with %s', (_what, settings, name) => {
    expect(() => relyingParty({ PUBLIC_URL, ...settings })).toThrow(new RegExp(`^${name}: `));
  });

  it('takes pages of the own machine outside production', () => {
    const settings = { WEBAUTHN_RP_ID: 'localhost', WEBAUTHN_ORIGINS: 'http://localhost:5173' };
    expect(relyingParty(settings, 'development').id).toBe('localhost');
  });

  it.each([
    ['WEBAUTHN_ORIGINS', ','],
    ['WEBAUTHN_ORIGINS', '*'],
    ['WEBAUTHN_ORIGINS', 'https://*.example.com'],
    ['WEBAUTHN_ORIGINS', 'https://example.com/'],
    ['WEBAUTHN_ORIGINS', 'https://user@example.com'],
    ['WEBAUTHN_ORIGINS', 'android:apk-key-hash:x'],
    ['WEBAUTHN_ORIGINS', 'null'],
    ['WEBAUTHN_RP_ID', 'https://example.com'],
    ['WEBAUTHN_RP_ID', 'example.com:443'],
    ['WEBAUTHN_RP_ID', 'Example.com'],
  ])('is refused as %s=%s', (name, value) => {
    expect(PasskeysConfig.load({ [name]: value }, false).problems).toEqual([
      expect.stringMatching(new RegExp(`^${name}: must be`)),
    ]);
  });
});
