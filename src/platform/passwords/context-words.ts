const PRODUCT = 'rampart';
/** Shorter ones are in too many words of any language. */
const MIN_LENGTH = 3;
/** A display name of a hundred parts must not become a hundred searches. */
const MAX_WORDS = 32;
const MAX_TEXT_LENGTH = 128;

/**
 * Words that a guesser tries first for this account: the product's name, each text as it is, and its parts, which are what
 * stands between anything that is neither letter nor digit. Longest first. @control A1.1
 */
export function contextWordsOf(texts: readonly string[]): readonly string[] {
  const words = [PRODUCT, ...texts].flatMap((text) => {
    const folded = fold(text.slice(0, MAX_TEXT_LENGTH));
    const parts = folded.split(/[^\p{L}\p{M}\p{N}]+/u);
    return [folded, parts.join(''), ...parts];
  });
  return [...new Set(words)]
    .filter((word) => word.length >= MIN_LENGTH)
    .slice(0, MAX_WORDS)
    .toSorted((a, b) => b.length - a.length);
}

/** What the owner of the password adds to those words. */
export function withoutWords(password: string, words: readonly string[]): string {
  const literals = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return literals.length === 0 ? password : password.replace(new RegExp(literals.join('|'), 'giu'), '');
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().trim();
}
