export { addressSubject, GuessLimiter, type GuessSubject } from './guess-limiter.js';
export { GuessingModule } from './guessing.module.js';
