import { describe, expect, it } from 'vitest';
import { OutboundConfig } from './outbound.config.js';

const load = (url: string | undefined, isProduction = false) =>
  OutboundConfig.load(url === undefined ? {} : { PWNED_PASSWORDS_URL: url }, isProduction);
const originsOf = (url?: string) => [...(load(url).instance as OutboundConfig).origins];

describe('A1.1 the settings of outgoing calls', () => {
  it('name nobody unless somebody decides otherwise', () => {
    expect(originsOf()).toEqual([]);
  });

  it('name the origin alone', () => {
    expect(originsOf('https://api.pwnedpasswords.com/range/')).toEqual(['https://api.pwnedpasswords.com']);
  });

  it.each([
    ['text', 'pwned'],
    ['another scheme', 'ftp://api.pwnedpasswords.com/range/'],
    ['a script', 'javascript:alert(1)'],
    ['no final slash, which would drop the folder', 'https://api.pwnedpasswords.com/range'],
    ['a user', 'https://user@api.pwnedpasswords.com/range/'],
    ['a password', 'https://:x@api.pwnedpasswords.com/range/'],
    ['a query', 'https://api.pwnedpasswords.com/range/?x=/'],
    ['a fragment', 'https://api.pwnedpasswords.com/range/#/'],
  ])('refuse %s', (_what, url) => {
    expect(load(url).problems).toEqual([expect.stringMatching(/^PWNED_PASSWORDS_URL: /)]);
  });

  it('refuse in production to call without TLS', () => {
    expect(load('http://127.0.0.1:8080/range/', true).problems).toHaveLength(1);
    expect(load('http://127.0.0.1:8080/range/').problems).toEqual([]);
    expect(load('https://api.pwnedpasswords.com/range/', true).problems).toEqual([]);
  });
});
