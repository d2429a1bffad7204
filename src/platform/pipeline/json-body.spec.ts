import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasRepeatedName, isTooDeep } from './json-body.js';

describe('A3.2 a body that is nested', () => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['both', '[{"]":', '}]'],
  ])('in %s may be 32 levels deep', (_what, open, close) => {
    const each = open.split('').filter((letter) => '[{'.includes(letter)).length;
    expect(isTooDeep(nested(open, close, 32 / each))).toBe(false);
    expect(isTooDeep(nested(open, close, 32 / each + 1))).toBe(true);
  });

  it.each([
    '"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["',
    `[${'[],'.repeat(100)}1]`,
    '"\\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{"',
  ])('is not, but only looks like it: %s', (text) => {
    expect(isTooDeep(text)).toBe(false);
  });
});

const isRefused = (text: string) => hasRepeatedName(text, JSON.parse(text));

describe('A3.3 a body in which a name comes twice', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":{},"b":{},"a":{}}',
    '[{"a":1,"a":2}]',
    '{"x":{"y":[{"a":1,"b":2,"a":3}]}}',
    '{"":1,"":2}',
    '{"a\\"":1,"a\\"":2}',
    '{"a\\\\":1,"a\\\\":2}',
    '{"0":1,"0":2}',
    '{ "a" : 1 , "a" : { "a" : 1 } }',
  ])('is found: %s', (text) => {
    expect(isRefused(text)).toBe(true);
  });

  it.each([
    '{}',
    '[]',
    '1',
    'null',
    '":"',
    '"\\":\\""',
    '{"a":"a:b:c"}',
    '{"a":1,"A":2,"a ":3}',
    '{"a":{"a":{"a":1}},"b":{"a":1}}',
    '[{"a":1},{"a":2}]',
    '{"a\\":":1}',
    '{"a\\\\":":"}',
    '{"1":1,"01":2,"1.0":3}',
    '{"é":1,"e\\u0301":2}',
  ])('is no other: %s', (text) => {
    expect(isRefused(text)).toBe(false);
  });

  it('is nothing that JSON.stringify writes, however it is indented', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(!text.includes('"__proto__"'));
        expect(isRefused(text)).toBe(false);
      }),
    );
  });

  it('is found wherever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.jsonValue(), (value, name, other) => {
        const key = JSON.stringify(name);
        const text = `[${JSON.stringify(value)},{${key}:${JSON.stringify(other)},"x ":0,${key}:1}]`;
        fc.pre(!text.includes('"__proto__"') && name !== 'x ');
        expect(isRefused(text)).toBe(true);
      }),
    );
  });

  it('is looked for in 100 KB of brackets, quotes and backslashes in no time', () => {
    const texts = [
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      `${'{"":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      JSON.stringify('"\\:'.repeat(30_000)),
      JSON.stringify(Object.fromEntries(Array.from({ length: 8000 }, (_, index) => [`name${index}`, index]))),
    ];
    const start = performance.now();
    for (const text of texts) expect(isRefused(text)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
