import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import type { Secret } from '../config/index.js';
import { OutboundConfig, OutboundHttp } from '../outbound/index.js';

/** A padded answer has at most about a thousand lines of 45 bytes. */
const MAX_ANSWER_BYTES = 262_144;
const PREFIX_DIGITS = 5;
const LINE = /^([0-9A-F]{35}):(\d{1,12})$/;

/**
 * Asks Have I Been Pwned whether a password is known from a breach, by k-anonymity: five hexadecimal digits of its SHA-1
 * leave, which hundreds of leaked passwords share; `Add-Padding` hides from a listener which list came back. Off unless
 * PWNED_PASSWORDS_URL is set. Fails open: nobody is kept from a new password by somebody else's outage, and the other
 * rules still hold; the log says so. @control A1.1
 */
@Injectable()
export class PwnedPasswords {
  constructor(
    private readonly config: OutboundConfig,
    private readonly http: OutboundHttp,
    private readonly events: SecurityEvents,
  ) {}

  /** False as well when nobody can be asked. */
  async hasLeaked(password: Secret<string>): Promise<boolean> {
    const { PWNED_PASSWORDS_URL: range, PWNED_PASSWORDS_TIMEOUT_MS: timeoutMs } = this.config.values;
    if (range === undefined) return false;
    const digest = rangeDigest(password);
    try {
      const url = new URL(digest.slice(0, PREFIX_DIGITS), range);
      const headers = { 'add-padding': 'true' };
      const answer = await this.http.getText(url, { timeoutMs, maxBytes: MAX_ANSWER_BYTES, headers });
      return holds(answer, digest.slice(PREFIX_DIGITS));
    } catch (error) {
      this.events.note({ name: 'pwned_passwords_unavailable', facts: { err: error } });
      return false;
    }
  }
}

/** SHA-1 is the index of that list and protects nothing here; what we store is Argon2id (see PasswordHasher). */
function rangeDigest(password: Secret<string>): string {
  return createHash('sha1').update(password.reveal().normalize('NFC'), 'utf8').digest('hex').toUpperCase();
}

/** Padding has the count 0. Throws on a line that is none: an answer that cannot be read says nothing. */
function holds(answer: string, suffix: string): boolean {
  return answer
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => {
      const [, found, count] = LINE.exec(line) ?? [];
      if (found === undefined) throw new Error('the answer is not a list of hashes');
      return found === suffix && Number(count) > 0;
    })
    .includes(true);
}
