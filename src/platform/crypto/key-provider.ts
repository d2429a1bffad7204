import { Buffer } from 'node:buffer';

/** What a wrapped key is bound to: under another id, or for another organization, it does not unwrap. */
export interface WrapContext {
  readonly dataKeyId: string;
  /** Null: the key of what belongs to no organization. */
  readonly organizationId: string | null;
}

export interface WrappedKey {
  /** Id of the key-encryption key. */
  readonly wrappedBy: string;
  readonly bytes: Buffer;
}

/** A key-encryption key that is not there, or is another one than it says: the message names it, and no more. Fails closed. */
export class KeyEncryptionKeyUnavailable extends Error {
  constructor(
    readonly keyId: string,
    options?: ErrorOptions,
  ) {
    super(`the key-encryption key "${keyId}" is missing or does not open what it is said to have wrapped`, options);
    this.name = 'KeyEncryptionKeyUnavailable';
  }
}

/**
 * Where the key-encryption keys are. They never leave it: data keys go in and come out (SP 800-57 §6.2, key wrapping).
 * @control A5.3 B10.1
 */
export abstract class KeyProvider {
  /** The key-encryption key that wraps from now on. */
  abstract readonly currentKeyId: string;

  /** Whether it can unwrap what this key has wrapped. */
  abstract holds(keyId: string): boolean;

  abstract wrap(dataKey: Buffer, context: WrapContext): Promise<WrappedKey>;

  /** Throws `KeyEncryptionKeyUnavailable`. */
  abstract unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer>;
}

/** What is authenticated with a wrapped key. A JSON array: unambiguous whatever the parts contain. */
export function bindingOf(keyId: string, { dataKeyId, organizationId }: WrapContext): Buffer {
  return Buffer.from(JSON.stringify([dataKeyId, organizationId, keyId]), 'utf8');
}
