import { describe, expect, it } from 'vitest';
import { ContactConfig } from './contact.config.js';

const load = (contact: string | undefined, isProduction: boolean) =>
  ContactConfig.load(contact === undefined ? {} : { SECURITY_CONTACT: contact }, isProduction).problems;

describe('A14.5 where vulnerabilities are reported', () => {
  it.each([
    'mailto:security@clinic.org',
    'https://clinic.org/security',
    'tel:+44-20-7946-0123',
    'mailto:security@clinic.org, https://clinic.org/security?from=txt',
    'mailto:example@clinic.org',
    'https://contest.org/security',
  ])('may be %s in production', (contact) => {
    expect(load(contact, true)).toEqual([]);
  });

  it('is required in production', () => {
    expect(load(undefined, true)).toEqual(['SECURITY_CONTACT: is required in production']);
    expect(load(undefined, false)).toEqual([]);
  });

  it.each([
    'mailto:security@localhost',
    'mailto:security@example.com',
    'https://www.example.org/report',
    'https://example.net',
    'mailto:security@clinic.example',
    'https://clinic.invalid/security',
    'https://clinic.test:8443/',
    'mailto:security@clinic.org, mailto:security@example.com',
  ])('is nobody: production does not start with %s', (contact) => {
    expect(load(contact, true)).toEqual(['SECURITY_CONTACT: production needs an address that reaches somebody']);
    expect(load(contact, false)).toEqual([]);
  });

  it.each([
    '',
    'security@clinic.org',
    'http://clinic.org/security',
    'javascript:alert(1)',
    'mailto:a@clinic.org\nExpires: 2000-01-01',
    'mailto:nobody',
    'tel:112 or so',
  ])('is never %j', (contact) => {
    expect(load(contact, false)).toEqual(['SECURITY_CONTACT: each entry must be a mailto:, https: or tel: URI']);
  });

  it.each(['31', '365'])('is not good for %s days', (days) => {
    expect(ContactConfig.load({ SECURITY_TXT_DAYS: days }, false).problems).toHaveLength(1);
  });
});
