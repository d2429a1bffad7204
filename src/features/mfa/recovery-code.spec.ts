import { describe, expect, it } from 'vitest';
import { Secret } from '../../platform/config/index.js';
import { hashRecoveryCode, newRecoveryCode } from './recovery-code.js';

const hash = (code: string) => hashRecoveryCode(new Secret(code)).toString('hex');

describe('A1.2 a recovery code', () => {
  it('has 120 random bits in letters that hands do not mistake', () => {
    const codes = Array.from({ length: 200 }, () => newRecoveryCode().reveal());
    expect(new Set(codes).size).toBe(200);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    // Every letter turns up, at about the same rate: 4800 draws of 32.
    const counts = new Map<string, number>();
    for (const letter of codes.join('').replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(32);
    expect(Math.min(...counts.values())).toBeGreaterThan(90);
  });

  it.each([
    ['in lower case', '01ab-cdef-ghjk-mnpq-rstv-wxyz'],
    ['without hyphens', '01ABCDEFGHJKMNPQRSTVWXYZ'],
    ['with spaces', ' 01AB CDEF GHJK MNPQ RSTV WXYZ '],
    ['with the letters that look like digits', 'OIAB-CDEF-GHJK-MNPQ-RSTV-WXYZ'],
    ['with the other one', 'olab-cdef-ghjk-mnpq-rstv-wxyz'],
  ])('is the same %s', (_how, typed) => {
    expect(hash(typed)).toBe(hash('01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ'));
  });

  it.each(['01AB-CDEF-GHJK-MNPQ-RSTV-WXY', '01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ0', '', '-'])(
    'is another one as "%s"',
    (typed) => {
      expect(hash(typed)).not.toBe(hash('01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ'));
    },
  );
});
