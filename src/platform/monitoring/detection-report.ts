export interface LiveAlert {
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** Name of its page in docs/runbooks, without extension. */
  readonly runbook: string;
  readonly since?: Date;
}

export interface BlockedAddress {
  readonly address: string;
  readonly reason: string;
  readonly until: Date;
}

/** What the detection of attacks knows. Implemented where there is one; without it the console says so. */
export abstract class DetectionReport {
  abstract alerts(): Promise<readonly LiveAlert[]>;
  abstract blocked(): Promise<readonly BlockedAddress[]>;
}
