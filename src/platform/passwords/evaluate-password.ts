import { contextWordsOf, withoutWords } from './context-words.js';
import type { EstimateGuesses } from './guess-estimator.js';

/** In code points, as SP 800-63B-4 §3.1.1.2 counts: 15 where the password may be the only factor. */
export const MIN_CODE_POINTS = 15;
/** The standard wants 64 or more to be accepted. The end bounds the work. */
export const MAX_CODE_POINTS = 128;
/** zxcvbn calls this "very unguessable" (score 4): beyond it an offline attack on a slow hash is out of reach. */
const MIN_GUESSES = 1e10;

type Reason = 'not-storable' | 'too-short' | 'too-long' | 'too-common' | 'context-word';
type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: Reason };

interface PasswordFacts {
  /** What belongs to the account and to whom it works for: address, names. */
  readonly contextWords: readonly string[];
  readonly estimateGuesses: EstimateGuesses;
}

/**
 * NIST SP 800-63B-4 §3.1.1.2: length and a blocklist, and nothing else; no rule about kinds of characters, no expiry.
 * The blocklist asks two questions: is the password easy to guess by itself, and is it easy to guess once the words that
 * belong to the account are taken out? @control A1.1
 */
export function evaluatePassword(password: string, { contextWords, estimateGuesses }: PasswordFacts): Verdict {
  // UTF-8 writes every lone surrogate the same way: different passwords would have one hash.
  if (!password.isWellFormed()) return refused('not-storable');
  // The same form that the hasher takes.
  const text = password.normalize('NFC');
  const codePoints = Array.from(text).length;
  if (codePoints < MIN_CODE_POINTS) return refused('too-short');
  if (codePoints > MAX_CODE_POINTS) return refused('too-long');
  if (!isHard(estimateGuesses(text, []))) return refused('too-common');
  const words = contextWordsOf(contextWords);
  // The words go along because the estimator also knows their other spellings; it does not look for them in repeats, so they are taken out too.
  if (!isHard(estimateGuesses(withoutWords(text, words), words))) return refused('context-word');
  return { allowed: true };
}

/** What is not a number is not hard (fails closed). */
function isHard(guesses: number): boolean {
  return guesses >= MIN_GUESSES;
}

function refused(reason: Reason): Verdict {
  return { allowed: false, reason };
}
