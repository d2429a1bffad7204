import { describe, expect, it } from 'vitest';
import { regexesIn, regexesOf, sourceFiles } from '../support/regexes.ts';
import { slowInput } from '../support/slow-regex.ts';

const files = sourceFiles('src');
const regexes = files.flatMap(regexesIn);

/** Put together at run time, so that the probe cannot see them: why they are linear all the same. */
const JUDGED = {
  'src/platform/access/api-key.ts': 'constants, without an unbounded repetition',
  'src/platform/passwords/context-words.ts': 'escaped words, one of which matches or not',
};

describe('A3.5 no regular expression takes more than linear time', () => {
  it('is asked of those that there are', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(regexes.length).toBeGreaterThan(25);
    const dynamic = regexes.filter(({ isDynamic }) => isDynamic).map(({ place }) => place.replace(/:\d+$/, ''));
    expect([...new Set(dynamic)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(Object.keys(JUDGED));
  });

  it.each(regexes.filter(({ isDynamic }) => !isDynamic))('$place $source', ({ source, flags }) => {
    expect(slowInput(new RegExp(source, flags))).toBeUndefined();
  });
});

describe('A3.5 the probe finds one that takes', () => {
  it.each([
    ['exponential', /^(a+)+$/],
    ['exponential behind a beginning', /^user:(\w+\s?)*$/],
    ['exponential by two ways to the same', /^(a|a)*$/],
    ['exponential as the addresses of old', /^([a-zA-Z0-9])(([-.]|_+)?([a-zA-Z0-9]+))*@x$/],
    ['cubic', /^\d*\d*\d*$/],
    ['quadratic at the end', /\s+$/],
    ['quadratic in between', /<.*>/],
    ['quadratic by two repetitions', /^.*-.*=$/],
  ])('%s time: %s', (_name, regex) => {
    expect(slowInput(regex)).toBeDefined();
  });

  it('wherever it stands', () => {
    const text = `const a = /x+/u; // /y/\nconst b = 'a/b/c'.replace(/z/g, ''); const c = new RegExp(d); RegExp('e');`;
    expect(regexesOf('a.ts', text).map(({ source, flags, isDynamic }) => [source, flags, isDynamic])).toEqual([
      ['x+', 'u', false],
      ['z', 'g', false],
      ['', '', true],
      ['', '', true],
    ]);
  });
});
