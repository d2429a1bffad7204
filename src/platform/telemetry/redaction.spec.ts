import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRedactedName, redacted } from './redaction.js';

const text = (value: unknown) => JSON.stringify(redacted(value)) ?? '';

describe('A6.2 the name of a secret', () => {
  it.each(
    [
      'password newPassword current_password PASSWORD passwordHash passphrase token accessToken refresh_token challengeToken',
      'secret clientSecret totpSecret cookie set-cookie Cookie authorization Authorization proxy-authorization credential',
      'privateKey private_key apiKey x-api-key recoveryCode recoveryCodes pepper signature',
      'email givenName family_name birthDate nationalId phone address note detail where',
    ].flatMap((names) => names.split(' ')),
  )('is %s', (name) => {
    expect(isRedactedName(name)).toBe(true);
  });

  it.each([
    'msg',
    'code',
    'status',
    'event',
    'reason',
    'requestId',
    'keyId',
    'actor',
    'ip',
    'route',
    'err',
    'stack',
    'kid',
  ])('is not %s', (name) => {
    expect(isRedactedName(name)).toBe(false);
  });
});

describe('A6.2 a copy for the log', () => {
  it('holds no secret at any depth', () => {
    const name = fc.constantFrom('password', 'refreshToken', 'authorization', 'nationalId', 'note', 'Set-Cookie');
    const path = fc.array(fc.oneof(fc.constantFrom('body', 'a', 'list', 'cause', 'err'), fc.constant(0)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(name, path, fc.object({ maxDepth: 3 }), (secretName, steps, noise) => {
        let value: unknown = { ...noise, [secretName]: 'canary-7f3a' };
        for (const step of steps)
          value = step === 0 ? [value] : step === 'err' ? Object.assign(new Error('x'), { value }) : { [step]: value };
        expect(text(value)).not.toContain('canary-7f3a');
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, unknown, string]>([
    ['bytes', { bytes: Buffer.from('canary') }, '{"bytes":"[BYTES]"}'],
    ['typed bytes', { bytes: new Uint8Array(3) }, '{"bytes":"[BYTES]"}'],
    ['a date', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['a big number', { count: 7n }, '{"count":"7"}'],
    ['a name without a value', { token: undefined }, '{}'],
    ['an id', { keyId: 'k1' }, '{"keyId":"k1"}'],
  ])('holds %s in its form', (_what, value, form) => {
    expect(text(value)).toBe(form);
  });

  it('ends where nobody would read on', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(text(circular)).toBe('{"self":"[CIRCULAR]"}');
    expect(text(Array.from({ length: 9 }).reduce((inner: object) => ({ inner }), {}))).toContain('[DEEP]');
    expect(redacted(Array.from({ length: 1000 }, () => 1))).toHaveLength(100);
  });
});
