import { Injectable } from '@nestjs/common';
import type { Secret } from '../config/index.js';
import { ValidationFailed } from '../errors/index.js';
import { evaluatePassword, MAX_CODE_POINTS, MIN_CODE_POINTS } from './evaluate-password.js';
import { GuessEstimator } from './guess-estimator.js';
import { PwnedPasswords } from './pwned-passwords.js';

const messages = {
  'not-storable': 'must be text that UTF-8 can hold',
  'too-short': `must have at least ${MIN_CODE_POINTS} characters`,
  'too-long': `must have at most ${MAX_CODE_POINTS} characters`,
  'too-common': 'is too easy to guess: use a phrase of unrelated words or a password manager',
  'context-word': 'is too easy to guess from the name or the address: use words that have nothing to do with them',
  breached: 'is known from a data breach: choose one that was never used elsewhere',
} as const;

interface PasswordField {
  /** Where the password stood in the request: `#/password`. */
  readonly pointer: string;
  /** E-mail address, display name, name of the organization: whatever a guesser would try for this account. */
  readonly contextWords: readonly string[];
}

/** The password cannot be taken as a new one. Names the rule and never the value. @control A1.1 B8.4 */
export class PasswordRefused extends ValidationFailed {
  constructor(pointer: string, code: keyof typeof messages) {
    super([{ pointer, code, message: messages[code] }]);
  }
}

/** Decides about new passwords. Those that are stored are never judged again: SP 800-63B-4 §3.1.1.2 wants no rotation. @control A1.1 */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly estimator: GuessEstimator,
    private readonly pwned: PwnedPasswords,
  ) {}

  /** Throws `PasswordRefused`. What the other rules refuse is not shown to anybody outside. */
  async refuseUnfit(password: Secret<string>, { pointer, contextWords }: PasswordField): Promise<void> {
    const estimateGuesses = await this.estimator.load();
    const verdict = evaluatePassword(password.reveal(), { contextWords, estimateGuesses });
    if (!verdict.allowed) throw new PasswordRefused(pointer, verdict.reason);
    if (await this.pwned.hasLeaked(password)) throw new PasswordRefused(pointer, 'breached');
  }
}
