import type { Buffer } from 'node:buffer';
import { KeyEncryptionKeyUnavailable, KeyProvider, type WrapContext, type WrappedKey } from './key-provider.js';

/** Several at once: one wraps, and each unwraps what it has wrapped. */
export class KeyProviders extends KeyProvider {
  constructor(
    private readonly chosen: KeyProvider,
    private readonly all: readonly KeyProvider[],
  ) {
    super();
  }

  get currentKeyId(): string {
    return this.chosen.currentKeyId;
  }

  override holds(keyId: string): boolean {
    return this.all.some((provider) => provider.holds(keyId));
  }

  wrap(dataKey: Buffer, context: WrapContext): Promise<WrappedKey> {
    return this.chosen.wrap(dataKey, context);
  }

  async unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer> {
    const provider = this.all.find((one) => one.holds(wrapped.wrappedBy));
    if (provider === undefined) throw new KeyEncryptionKeyUnavailable(wrapped.wrappedBy);
    return provider.unwrap(wrapped, context);
  }
}
