/** How patient the queue is. Provided as a class so that a test can be less so; nothing an operator would turn. */
export class JobTiming {
  /** After the first try. With the delays below the last one comes about ten minutes later. */
  retryLimit = 7;
  /** Doubles with every try, with jitter. */
  retryDelaySeconds = 5;
  retryDelayMaxSeconds = 300;
  /** A notification wakes the workers; polling finds what it missed, and what waits for its next try. */
  pollSeconds = 2;
  /** How often it is looked whether a repeated job is due. It is due once a minute at most. */
  repeatPollSeconds = 5;
}
