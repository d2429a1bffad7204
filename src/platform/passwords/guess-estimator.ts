import { Injectable } from '@nestjs/common';

/**
 * How many guesses somebody needs who tries what people choose: leaked passwords, words, keyboard rows, dates, repeats.
 * `words` are what they would try for this account first. Not a number when the library does not know.
 */
export type EstimateGuesses = (text: string, words: readonly string[]) => number;

/**
 * zxcvbn sees no more than this many UTF-16 units, and tries no more spellings than that: its work grows faster than its
 * input (CWE-407). The beginning of a password is no harder to guess than the whole, so cutting refuses too much at worst.
 */
const BOUNDS = { maxLength: 32, l33tMaxSubstitutions: 5 };

/** zxcvbn with its common dictionaries, offline. Loaded at the first use: most instances live long before somebody sets a password. */
@Injectable()
export class GuessEstimator {
  private loading: Promise<EstimateGuesses> | undefined;

  load(): Promise<EstimateGuesses> {
    this.loading ??= loadZxcvbn();
    return this.loading;
  }
}

async function loadZxcvbn(): Promise<EstimateGuesses> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, ...BOUNDS });
  return (text, words) => zxcvbn.check(text, [...words]).guesses;
}
