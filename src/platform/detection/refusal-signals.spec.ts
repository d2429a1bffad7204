import { describe, expect, it } from 'vitest';
import { signalsOf, type RefusalFacts } from './refusal-signals.js';

const refused = (facts: Partial<RefusalFacts>) =>
  signalsOf({
    code: 'not-found',
    fields: [],
    method: 'GET',
    url: '/v1/patients/1',
    body: undefined,
    isRouted: true,
    ...facts,
  });

const breach = (...codes: string[]) =>
  refused({ code: 'validation-failed', fields: codes.map((code) => ({ pointer: '#/x', code, message: 'x' })) });

describe('what a refusal is a sign of', () => {
  it.each<[Partial<RefusalFacts>, string]>([
    [{ code: 'method-not-allowed', method: 'PUT' }, 'method-unexpected'],
    [{ isRouted: false, url: '/v1/nothing' }, 'path-unknown'],
    [{ isRouted: false, url: '/v1/administrators' }, 'path-unknown'],
    [{ method: 'GET' }, 'object-unknown'],
    [{ method: 'HEAD' }, 'object-unknown'],
    [{ method: 'PATCH' }, 'object-unknown-in-write'],
    [{ method: 'DELETE' }, 'object-unknown-in-write'],
    [{ code: 'forbidden' }, 'permission-missing'],
    [{ code: 'field-not-allowed' }, 'field-surplus'],
    [{ code: 'malformed-request' }, 'body-malformed'],
    [{ code: 'unsupported-media-type' }, 'body-malformed'],
    [{ code: 'payload-too-large' }, 'body-too-large'],
    [{ code: 'headers-too-large' }, 'body-too-large'],
    [{ code: 'uri-too-long' }, 'field-too-long'],
    [{ code: 'network-not-allowed' }, 'network-refused'],
    [{ code: 'quota-exceeded' }, 'limit-exceeded'],
    [{ code: 'unauthenticated', reason: 'unknown-key' }, 'token-forged'],
    [{ code: 'unauthenticated', reason: 'wrong-claims' }, 'token-forged'],
  ])('B12.1 %j is %s', (facts, kind) => {
    expect(refused(facts)).toEqual([kind]);
  });

  it.each(['/.env', '/.env.production', '/.git/config', '/WP-LOGIN.php?x=1', '/v1/admin'])(
    'B18.5 B12.1 %s is a trap',
    (url) => expect(refused({ isRouted: false, url })).toEqual(['honeypot-touched']),
  );

  it.each([
    ['unknown-field', 'field-surplus'],
    ['is-defined', 'field-missing'],
    ['max-length', 'field-too-long'],
    ['is-length', 'field-too-long'],
    ['is-in', 'field-outside-list'],
    ['is-enum', 'field-outside-list'],
    ['is-string', 'field-of-wrong-type'],
    ['is-storable-text', 'field-of-wrong-type'],
    ['a-rule-of-tomorrow', 'field-of-wrong-type'],
  ])('B12.1 a field that breaks %s is %s', (code, kind) => {
    expect(breach(code)).toEqual([kind]);
  });

  it('B12.1 one request counts once for each kind, however many fields it breaks', () => {
    expect(breach('unknown-field', 'unknown-field', 'max-length')).toEqual(['field-surplus', 'field-too-long']);
  });

  it.each(['step-up-required', 'unauthenticated', 'second-factor-required', 'conflict'] as const)(
    'B12.1 %s is everyday, and no sign of anything',
    (code) => expect(refused({ code })).toEqual([]),
  );

  it.each(['expired', 'session-ended', 'no-credential'])('B12.1 a token that is %s is everyday as well', (reason) => {
    expect(refused({ code: 'unauthenticated', reason })).toEqual([]);
  });

  it('B12.1 looks into a body that was refused, whatever the client made of it', () => {
    const hostile = "' or '1'='1";
    expect(refused({ code: 'validation-failed', body: { deep: [{ email: hostile }] } })).toEqual(['sql-injection']);
    expect(refused({ code: 'validation-failed', body: hostile })).toEqual(['sql-injection']);
  });

  it('A3.2 is not led into the depth of a body, nor into its width', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(refused({ code: 'validation-failed', body: deep })).toEqual([]);
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`f${n}`, "' or '1'='1"]));
    expect(refused({ code: 'validation-failed', body: wide })).toEqual(['sql-injection']);
  });
});
