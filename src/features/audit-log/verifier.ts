import { Injectable } from '@nestjs/common';
import { DataKeys, DataKeyUnavailable, isSameSecret } from '../../platform/crypto/index.js';
import { digestOf, DIGEST_BYTES, macOf, NO_MAC, SEAL_PURPOSE, type Seal } from './seal.js';
import { SealsRepository } from './seals.repository.js';

const SEALS_AT_ONCE = 20;

/** The end of a chain as somebody has written it down elsewhere: what comes to an end before it was cut off. */
export interface Anchor {
  readonly scope: string;
  readonly number: number;
  /** Base64url. */
  readonly mac: string;
}

/** The first thing that is wrong. */
export interface Finding {
  readonly problem: 'event-missing' | 'event-altered' | 'seal-missing' | 'seal-altered' | 'key-missing' | 'truncated';
  readonly sealNumber: number;
  /** Of the event. */
  readonly sequence?: string;
  readonly eventId?: string;
}

export interface ChainReport {
  readonly scope: string;
  readonly seals: number;
  readonly events: number;
  /** Written, and not sealed yet. */
  readonly unsealed: number;
  readonly finding?: Finding;
  /** To be kept elsewhere. */
  readonly anchor?: Anchor;
}

interface Progress {
  last: Seal | undefined;
  events: number;
}

/** Walks a chain from its first link and compares every event with what was sealed. Changes nothing. @control B11.2 */
@Injectable()
export class Verifier {
  constructor(
    private readonly seals: SealsRepository,
    private readonly keys: DataKeys,
  ) {}

  async verify(scope: string, anchor?: Anchor): Promise<ChainReport> {
    const chain: Progress = { last: undefined, events: 0 };
    const finding = (await this.walk(scope, chain, anchor)) ?? cutOff(chain, anchor);
    const { last, events } = chain;
    return {
      scope,
      seals: last?.number ?? 0,
      events,
      unsealed: await this.seals.countUnsealed(scope),
      ...(finding !== undefined && { finding }),
      ...(last !== undefined && { anchor: { scope, number: last.number, mac: last.mac.toString('base64url') } }),
    };
  }

  private async walk(scope: string, chain: Progress, anchor: Anchor | undefined): Promise<Finding | undefined> {
    for await (const link of this.linksOf(scope)) {
      const finding = (await this.judgeLink(link, chain.last)) ?? (await this.judgeEvents(link));
      if (finding !== undefined) return finding;
      if (contradicts(link, anchor)) return { problem: 'seal-altered', sealNumber: link.number };
      chain.last = link;
      chain.events += link.sequences.length;
    }
    return undefined;
  }

  private async *linksOf(scope: string): AsyncGenerator<Seal> {
    let links = await this.seals.listAfter(scope, 0, SEALS_AT_ONCE);
    for (let last = links.at(-1); last !== undefined; last = links.at(-1)) {
      yield* links;
      links = await this.seals.listAfter(scope, last.number, SEALS_AT_ONCE);
    }
  }

  private async judgeLink(link: Seal, last: Seal | undefined): Promise<Finding | undefined> {
    const expected = (last?.number ?? 0) + 1;
    if (link.number !== expected) return { problem: 'seal-missing', sealNumber: expected };
    try {
      const key = await this.keys.find(link.keyId, null);
      const mac = macOf(key.derive(SEAL_PURPOSE), last?.mac ?? NO_MAC, link);
      return isSameSecret(mac, link.mac) ? undefined : { problem: 'seal-altered', sealNumber: link.number };
    } catch (error) {
      // A key that is named and not there: without it nothing is known about this link (fails closed).
      if (error instanceof DataKeyUnavailable) return { problem: 'key-missing', sealNumber: link.number };
      throw error;
    }
  }

  private async judgeEvents({ number, sequences, digests }: Seal): Promise<Finding | undefined> {
    const found = new Map((await this.seals.findEvents(sequences)).map((event) => [event.sequence, event]));
    for (const [place, sequence] of sequences.entries()) {
      const event = found.get(sequence);
      if (event === undefined) return { problem: 'event-missing', sealNumber: number, sequence };
      const sealed = digests.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
      if (!isSameSecret(digestOf(event), sealed))
        return { problem: 'event-altered', sealNumber: number, sequence, eventId: event.id };
    }
    return undefined;
  }
}

/** A chain that was made anew with the key has other links than those that were written down. */
function contradicts({ number, mac }: Seal, anchor: Anchor | undefined): boolean {
  return anchor?.number === number && !isSameSecret(anchor.mac, mac.toString('base64url'));
}

function cutOff({ last }: Progress, anchor: Anchor | undefined): Finding | undefined {
  const end = last?.number ?? 0;
  return anchor !== undefined && anchor.number > end ? { problem: 'truncated', sealNumber: end + 1 } : undefined;
}
