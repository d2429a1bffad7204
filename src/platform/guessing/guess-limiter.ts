import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { networkOf } from '../networks/index.js';
import { Clock } from '../time/index.js';
import { GuessCountersRepository, keyText } from './guess-counters.repository.js';
import { evaluateGuess, type GuessDecision, type GuessState } from './guess.policy.js';
import { TooManyAttempts } from './guessing.errors.js';
import { WaitingLines } from './waiting-lines.js';

/** What guesses are counted against: one account, one device of it, or one address. */
export interface GuessSubject {
  readonly kind: string;
  readonly id: string;
  /** Many people may stand behind it: no hard stop, and one's success does not clear what another has done. */
  readonly isShared: boolean;
}

/** A single address of IPv4; of IPv6 the /64 that one customer gets. */
const ADDRESS = { v4: 32, v6: 64 };

export function addressSubject(ip: string): GuessSubject {
  return { kind: 'address', id: networkOf(ip, ADDRESS), isShared: true };
}

type Decisions = ReadonlyMap<string, GuessDecision>;

/**
 * Limits how often secrets that people choose or read from a screen can be guessed: five failures within 15 minutes are
 * free, then each further one makes the next wait longer. Nobody is locked out for good by a stranger. @control A1.3
 */
@Injectable()
export class GuessLimiter {
  private readonly lines = new WaitingLines();

  constructor(
    private readonly counters: GuessCountersRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `guess`, which answers undefined when it was wrong. Throws `TooManyAttempts`, without running it, while one of the
   * subjects has to wait. A guess that throws was none: an outage must not lock anybody out.
   */
  async attempt<T>(subjects: readonly GuessSubject[], guess: () => Promise<T | undefined>): Promise<T | undefined> {
    const shared = subjects.filter(({ isShared }) => isShared).map((subject) => keyText(keyOf(subject)));
    return this.lines.run(shared.join(), () => this.attemptInTurn(subjects, guess));
  }

  private async attemptInTurn<T>(
    subjects: readonly GuessSubject[],
    guess: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    await this.reserve(subjects);
    try {
      const outcome = await guess();
      if (outcome !== undefined) await this.forgive(subjects);
      return outcome;
    } catch (error) {
      await this.counters.refund(subjects.map(keyOf));
      throw error;
    }
  }

  /** After a password reset the owner of the account starts anew, whatever strangers did. */
  async clear(subjects: readonly GuessSubject[]): Promise<void> {
    await this.counters.clear(subjects.map(keyOf));
  }

  private async reserve(subjects: readonly GuessSubject[]): Promise<void> {
    const now = this.clock.now();
    const { decisions } = await this.counters.change(subjects.map(keyOf), now, (states) => {
      const judged = new Map(subjects.map((subject) => [keyText(keyOf(subject)), judge(subject, states, now)]));
      return {
        decisions: judged,
        isAllowed: [...judged.values()].every(({ allowed }) => allowed),
        next: nextStates(judged),
      };
    });
    refuseWhereDenied(decisions, subjects);
  }

  private async forgive(subjects: readonly GuessSubject[]): Promise<void> {
    await this.counters.clear(subjects.filter(({ isShared }) => !isShared).map(keyOf));
    await this.counters.refund(subjects.filter(({ isShared }) => isShared).map(keyOf));
  }
}

function keyOf({ kind, id }: GuessSubject): Buffer<ArrayBuffer> {
  return Buffer.from(
    createHash('sha256')
      .update(JSON.stringify([kind, id]), 'utf8')
      .digest(),
  );
}

function judge(subject: GuessSubject, states: ReadonlyMap<string, GuessState>, now: Date): GuessDecision {
  return evaluateGuess(states.get(keyText(keyOf(subject))), now, { hasHardStop: !subject.isShared });
}

function nextStates(decisions: Decisions): ReadonlyMap<string, GuessState> {
  const next = new Map<string, GuessState>();
  for (const [key, decision] of decisions) if (decision.allowed) next.set(key, decision.next);
  return next;
}

/** The longest wait counts: an earlier try would be refused by the other subject. */
function refuseWhereDenied(decisions: Decisions, subjects: readonly GuessSubject[]): void {
  const denials = subjects.flatMap((subject) => {
    const decision = decisions.get(keyText(keyOf(subject)));
    return decision === undefined || decision.allowed ? [] : [{ kind: subject.kind, ...decision }];
  });
  const [longest] = denials.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds);
  if (longest !== undefined) throw new TooManyAttempts(longest);
}
