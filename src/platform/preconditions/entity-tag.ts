/** What a client says about the version that it has seen. `any`: `*`, whatever there is. */
export type IfMatch = 'absent' | 'any' | readonly Version[];

interface Version {
  readonly id: string;
  readonly updatedAt: Date;
}

const TAG = /^"([0-9a-f-]{36})\.([0-9a-z]{1,9})"$/;
/** More than one is for caches; a client has seen one version, or a few. */
const MAX_TAGS = 10;

/** Strong (RFC 9110 §8.8.3): changes with every change of the row. */
export function entityTagOf(id: string, changedAt: Date | string): string {
  return `"${id}.${new Date(changedAt).getTime().toString(36)}"`;
}

/**
 * RFC 9110 §13.1.1. What is none of our tags, a weak one included, matches nothing, as the strong comparison says: it becomes
 * a 412, and not a 400, for the client did say that it wants no change but of what it has seen.
 */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return 'absent';
  const tags = header.split(',', MAX_TAGS).map((tag) => tag.trim());
  if (tags.length === 1 && tags[0] === '*') return 'any';
  return tags.flatMap((tag) => {
    const [, id, time] = TAG.exec(tag) ?? [];
    return id === undefined || time === undefined ? [] : [{ id, updatedAt: new Date(Number.parseInt(time, 36)) }];
  });
}
