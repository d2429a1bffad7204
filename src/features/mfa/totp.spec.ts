import { describe, expect, it } from 'vitest';
import { Secret } from '../../platform/config/index.js';
import { matchedStep, newTotpSecret, otpauthUrl } from './totp.js';

/** RFC 6238 appendix B: the secret `12345678901234567890`; the last six of its eight digits. */
const rfc = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const at = (seconds: number, previousSteps = 0) => ({ now: new Date(seconds * 1000), previousSteps });

describe('A1.2 one-time passwords', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i seconds the code of RFC 6238 is %s', (seconds, code) => {
    expect(matchedStep(rfc, code, at(seconds))).toBe(Math.floor(seconds / 30));
  });

  it.each([
    ['of the step before', '287082', at(60)],
    ['of the step after', '287082', at(29)],
    ['of another secret', '000000', at(59)],
    ['with a digit less', '28708', at(59)],
    ['with a digit more', '2870820', at(59)],
    ['of eight digits', '94287082', at(59)],
    ['with letters', '28708Z', at(59)],
    ['in other digits', '２８７０８２', at(59)],
    ['that is empty', '', at(59)],
    ['two steps back where one is allowed', '287082', at(119, 1)],
  ])('no code %s is accepted', (_what, code, when) => {
    expect(matchedStep(rfc, code, when)).toBeUndefined();
  });

  it('the step before is accepted as itself where one is allowed', () => {
    expect(matchedStep(rfc, '287082', at(60, 1))).toBe(1);
  });

  it('secrets have 160 bits and are never the same', () => {
    const secrets = Array.from({ length: 50 }, () => newTotpSecret().reveal());
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('the Key URI holds what an app needs, and escapes the account', () => {
    const url = new URL(otpauthUrl(rfc, 'a&secret=x@test.example'));
    expect([url.protocol, url.host]).toEqual(['otpauth:', 'totp']);
    expect(decodeURIComponent(url.pathname)).toContain('a&secret=x@test.example');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      issuer: 'Rampart',
      secret: rfc.reveal(),
      period: '30',
      digits: '6',
    });
  });
});
