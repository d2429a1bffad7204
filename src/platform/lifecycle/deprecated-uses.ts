import { Injectable } from '@nestjs/common';
import type { Actor } from '../access/index.js';

export interface DeprecatedUse {
  /** `GET /v1/patients/:id` */
  readonly route: string;
  readonly client: string;
  readonly count: number;
}

/** A series of a metric for each: beyond this many, clients are counted together. */
const MAX_CLIENTS = 500;

/**
 * Who still calls deprecated routes, and how often since the start: whom to write to before the sunset. Programs by the id of
 * their credential; people are not told apart, because a metric is no place for personal data. @control B17.3
 */
@Injectable()
export class DeprecatedUses {
  private readonly counts = new Map<string, DeprecatedUse>();
  private readonly clients = new Set<string>();

  note(route: string, actor: Actor | undefined): void {
    const client = this.labelOf(actor);
    const key = `${route} ${client}`;
    this.counts.set(key, { route, client, count: (this.counts.get(key)?.count ?? 0) + 1 });
  }

  /** For the metric, and for whoever asks. */
  list(): readonly DeprecatedUse[] {
    return [...this.counts.values()];
  }

  private labelOf(actor: Actor | undefined): string {
    if (actor === undefined) return 'anonymous';
    if (actor.kind === 'user') return 'session';
    const client = `${actor.kind}:${actor.id}`;
    if (this.clients.size < MAX_CLIENTS) this.clients.add(client);
    return this.clients.has(client) ? client : 'others';
  }
}
