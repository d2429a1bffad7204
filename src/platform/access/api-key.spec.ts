import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { newApiKey, parseApiKey } from './api-key.js';

/** Made by another program: the form is published, so it must not change. */
const KNOWN = 'rmp_live_0123456789ABCDEF_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg_0j2D1J'; // secretlint-disable-line -- opens nothing
const parse = (text: string) => parseApiKey(new Secret(text));

describe('an API key', () => {
  it.each(['live', 'test'] as const)('A4.1 of %s reads as it was made', (environment) => {
    const { key, keyId } = newApiKey(environment);
    expect(parseApiKey(key)).toEqual({ environment, keyId });
    expect(key.reveal()).toHaveLength(76);
  });

  it('A4.1 has an id and a secret that no other has', () => {
    const parts = Array.from({ length: 1000 }, () => newApiKey('test').key.reveal().split('_'));
    for (const at of [2, 3]) expect(new Set(parts.map((part) => part[at])).size).toBe(1000);
  });

  it('A4.1 does not show itself', () => {
    const made = newApiKey('test');
    expect(JSON.stringify(made)).not.toContain(made.key.reveal());
  });

  it('A4.1 has one checksum of all there could be', () => {
    expect(parse(KNOWN)).toEqual({ environment: 'live', keyId: '0123456789ABCDEF' });
    const { key } = newApiKey('test');
    const text = key.reveal();
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text.charAt(at) === 'x' ? 'y' : 'x') + text.slice(at + 1);
      expect(parse(changed), `changed at ${at}`).toBeUndefined();
    }
  });

  it.each<[string, (key: string) => string]>([
    ['cut', (key) => key.slice(0, -1)],
    ['continued', (key) => `${key}0`],
    ['with a line after it', (key) => `${key}\n`],
    ['with a space before it', (key) => ` ${key}`],
    ['of a third environment', (key) => key.replace('_test_', '_prod_')],
    ['in capitals', (key) => key.toUpperCase()],
    ['empty', () => ''],
  ])('A4.1 is none when it is %s', (_what, change) => {
    expect(parse(change(newApiKey('test').key.reveal()))).toBeUndefined();
  });
});
