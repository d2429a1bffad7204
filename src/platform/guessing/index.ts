export { addressSubject, GuessLimiter, type GuessSubject } from './guess-limiter.js';
export { GuessingModule } from './guessing.module.js';
export { MOST_CONSECUTIVE } from './guess.policy.js';
