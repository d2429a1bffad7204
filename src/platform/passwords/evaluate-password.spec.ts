import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePassword } from './evaluate-password.js';
import { GuessEstimator } from './guess-estimator.js';

const estimateGuesses = await new GuessEstimator().load();
const contextWords = ['ada.lovelace@analytical.example', 'Ada Lovelace', 'St Mary Clinic'];
const evaluate = (password: string, words: readonly string[] = contextWords) =>
  evaluatePassword(password, { contextWords: words, estimateGuesses });
const reasonFor = (password: string, words?: readonly string[]) => {
  const verdict = evaluate(password, words);
  return verdict.allowed ? 'allowed' : verdict.reason;
};

/** 15 different letters that no dictionary knows. */
const unusual = 'jqzvxkwpmfydgbt';

describe('A1.1 the length of a password', () => {
  it.each([
    ['nothing', '', 'too-short'],
    ['14 letters', unusual.slice(0, 14), 'too-short'],
    ['15 letters', unusual, 'allowed'],
    ['14 emoji, which are 28 units', '😀🐙🚀🎺🧀🦊🌵🪁🧲🥨🛶🎯🪐🦑', 'too-short'],
    ['15 emoji', '😀🐙🚀🎺🧀🦊🌵🪁🧲🥨🛶🎯🪐🦑🧿', 'allowed'],
    ['14 letters of which one is written in two', `${unusual.slice(0, 13)}e\u0301`, 'too-short'],
    ['128 code points', Array.from({ length: 128 }, (_, i) => unusual[(i * i) % 15]).join(''), 'allowed'],
    ['128 emoji', '😀🐙🚀🎺🧀🦊🌵🪁'.repeat(14) + '😀🦑🧿🎯🛶🥨🧲🪁🦊🪐🐙🧀🎺🚀🌵🥨', 'allowed'],
    ['129 code points', unusual.repeat(9).slice(0, 129), 'too-long'],
    ['a megabyte', 'x'.repeat(1_000_000), 'too-long'],
  ])('%s: %#', (_what, password, expected) => {
    expect(reasonFor(password)).toBe(expected);
  });
});

describe('A1.1 the blocklist', () => {
  it.each([
    'passwordpassword',
    'PasswordPassword',
    'P@ssw0rdP@ssw0rd',
    'P@ssword1234567!',
    'drowssapdrowssap',
    'password12345678',
    'password       ',
    '123456789012345',
    '111111111111111',
    '98765432109876543210',
    'qwertyuiopasdfgh',
    'qwerty123456789',
    'asdfghjklasdfghjkl',
    '1q2w3e4r5t6y7u8i',
    'zaq12wsxcde34rfv',
    'aaaaaaaaaaaaaaaa',
    'abcdefghijklmnop',
    'abcabcabcabcabcabc',
    'iloveyouiloveyou',
    'letmeinletmeinletmein',
    'changemechangeme',
    'administrator123',
    'Welcome123456789',
    'Summer2026Summer2026',
    '20010101200101012',
    'monkeydragonmaster',
    'constructorconstructor',
    ' '.repeat(15),
    '\0'.repeat(15),
    'α'.repeat(15),
    '我'.repeat(15),
    '😀'.repeat(15),
    'a'.repeat(128),
    `${'a'.repeat(64)}${'b'.repeat(64)}`,
  ])('refuses what people choose: %s', (password) => {
    expect(reasonFor(password)).toBe('too-common');
  });

  it.each([
    'RAMPART.rampart.Rampart',
    'ada.lovelaceada.lovelace2026',
    'AdaLovelace10121985',
    'lovelace-lovelace-lovelace',
    'St Mary Clinic 1',
    'stmaryclinic2026',
    'Rampart@StMaryClinic',
    'analytical-ada-2026',
    'ada.lovelace@analytical.example',
  ])('refuses what is made of words of the account: %s', (password) => {
    expect(reasonFor(password)).toBe('context-word');
  });

  it.each(['rampart-rampart-1', 'adalovelaceadalovelace'])('refuses repeats, whoever it is: %s', (password) => {
    expect(reasonFor(password)).toBe('too-common');
    expect(reasonFor(password, [])).toBe('too-common');
  });

  it('refuses such words for that account alone', () => {
    expect(reasonFor('lovelace-on-st-mary')).toBe('context-word');
    expect(reasonFor('lovelace-on-st-mary', [])).toBe('allowed');
  });

  it.each([
    ['three random words', 'correct horse battery'],
    ['four of them', 'correct horse battery staple'],
    ['a random string', 'kT9#vQ2!mZx7Lp4$Wn6d'],
    ['digits that have no order', '83015926647102958361'],
    ['lower case alone', unusual],
    ['spaces at both ends', '  purple monkey dishwasher  '],
    ['Greek', 'ενααπροβλεπτοκειμ'],
    ['Chinese', '我喜欢在下雨天的窗边慢慢喝一杯热茶'],
    ['emoji', '😀🐙🚀🎺🧀🦊🌵🪁🧲🥨🛶🎯🪐🦑🧿'],
    ['control characters', '\u0001\u0007\u001bq\u0000zv\u0085jx\u007fkw\u0002p\u0003m'],
    ['a word of the account within a phrase', 'rampart under purple dishwashers'],
    ['what has special meaning in regular expressions', '(a+)+$[^x]\\1|.*?{2,}'],
  ])('lets pass, without a rule about kinds of characters: %s', (_what, password) => {
    expect(reasonFor(password)).toBe('allowed');
  });

  it.each([
    ['nothing', []],
    ['empty texts', ['', ' ', '@', '...']],
    ['short words, which are in every phrase', ['j', 'qz', 'v x']],
    ['special characters of regular expressions', ['.*', '(', '[', '\\', 'a|', '$^+?{}', 'x-[y]']],
    ['a name of the prototype', ['__proto__', 'constructor']],
    ['a name of a thousand parts', [Array.from({ length: 1000 }, (_, i) => `part${i}`).join(' ')]],
  ])('takes %s for context', (_what, words) => {
    expect(reasonFor(unusual, words)).toBe('allowed');
    expect(reasonFor('passwordpassword', words)).toBe('too-common');
  });

  it('refuses what the estimator has no number for', () => {
    expect(evaluatePassword(unusual, { contextWords, estimateGuesses: () => Number.NaN })).toMatchObject({
      allowed: false,
    });
  });
});

describe('A1.1 the form of a password', () => {
  it.each([
    ['high', `${unusual}\uD83D`],
    ['low', `${unusual}\uDE00`],
    ['reversed', `${unusual}\uDE00\uD83D`],
  ])('without a UTF-8 form is refused: a %s surrogate alone', (_what, password) => {
    expect(reasonFor(password)).toBe('not-storable');
  });

  it('does not matter to what is decided: NFC and NFD are one password', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 10, maxLength: 40 }), (text) => {
        expect(evaluate(text.normalize('NFD'))).toEqual(evaluate(text.normalize('NFC')));
      }),
      { numRuns: 100 },
    );
  });

  it('never ends in an error, whatever is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 140 }),
        fc.array(fc.string(), { maxLength: 4 }),
        (text, words) => {
          expect(() => evaluate(text, words)).not.toThrow();
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('A1.1 B6.5 the work that a password makes', () => {
  const alphabets = [
    'a',
    '01',
    '123',
    '19208',
    '0123456789',
    '4@8',
    '$5s@4a0o1l!i3e',
    '12./-',
    'qwe',
    'password ',
    '1qaz2wsx',
    '(.+)\\1',
  ];
  const hostile = fc
    .constantFrom(...alphabets)
    .chain((alphabet) => fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: 128, maxLength: 128 }));

  it('is bounded: whatever comes behind the first 32 units is not even looked at', () => {
    fc.assert(
      fc.property(hostile, (password) => {
        const beginning = password.slice(0, 32);
        expect(estimateGuesses(password, contextWords)).toBe(estimateGuesses(beginning, contextWords));
      }),
      { numRuns: 100 },
    );
  });
});
