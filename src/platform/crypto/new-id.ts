import { v7 } from 'uuid';

/** UUIDv7 (RFC 9562 §5.7): sorts by time of creation. An identifier, never a secret. */
export function newId(): string {
  return v7();
}
