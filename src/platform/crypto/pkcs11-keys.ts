import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { StartRefused } from '../process/index.js';
import type { KeyProviderConfig } from './key-provider.config.js';
import {
  bindingOf,
  KeyEncryptionKeyUnavailable,
  KeyProvider,
  type WrapContext,
  type WrappedKey,
} from './key-provider.js';
import { Pkcs11Token } from './pkcs11-token.js';

/** No id of KEY_ENCRYPTION_KEYS has a colon. */
const PREFIX = 'pkcs11:';
const NONCE_BYTES = 12;

/** AES-256 keys in an HSM. Stored form: nonce | ciphertext | tag of AES-256-GCM, as with local keys. @control A5.3 */
export class Pkcs11Keys extends KeyProvider {
  private constructor(
    readonly currentKeyId: string,
    private readonly labels: readonly string[],
    private readonly token: Pkcs11Token,
  ) {
    super();
  }

  /** Undefined when none is configured. Refuses a start without the library, the token or one of the keys, and names it. */
  static async open({
    PKCS11_KEYS: labels,
    PKCS11_MODULE,
    PKCS11_TOKEN,
    PKCS11_PIN,
  }: KeyProviderConfig['values']): Promise<Pkcs11Keys | undefined> {
    const [current] = labels;
    if (current === undefined) return undefined;
    if (PKCS11_MODULE === undefined || PKCS11_TOKEN === undefined || PKCS11_PIN === undefined) {
      throw new StartRefused('PKCS11_KEYS: needs PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN too.');
    }
    try {
      const token = await Pkcs11Token.open(PKCS11_MODULE, { label: PKCS11_TOKEN, pin: PKCS11_PIN.reveal() });
      for (const label of labels) await token.refuseMissingKey(label);
      return new Pkcs11Keys(`${PREFIX}${current}`, labels, token);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartRefused(`PKCS11_KEYS: the HSM cannot be used: ${reason}.`, { cause });
    }
  }

  override holds(keyId: string): boolean {
    return keyId.startsWith(PREFIX) && this.labels.includes(keyId.slice(PREFIX.length));
  }

  async wrap(dataKey: Buffer, context: WrapContext): Promise<WrappedKey> {
    const nonce = randomBytes(NONCE_BYTES);
    const sealed = await this.attempt(this.currentKeyId, (keyLabel) =>
      this.token.encrypt({
        keyLabel,
        nonce,
        additionalData: bindingOf(this.currentKeyId, context),
        input: dataKey,
      }),
    );
    return { wrappedBy: this.currentKeyId, bytes: Buffer.concat([nonce, sealed]) };
  }

  async unwrap({ wrappedBy, bytes }: WrappedKey, context: WrapContext): Promise<Buffer> {
    return this.attempt(wrappedBy, (keyLabel) =>
      this.token.decrypt({
        keyLabel,
        nonce: bytes.subarray(0, NONCE_BYTES),
        additionalData: bindingOf(wrappedBy, context),
        input: bytes.subarray(NONCE_BYTES),
      }),
    );
  }

  private async attempt(keyId: string, work: (keyLabel: string) => Promise<Buffer>): Promise<Buffer> {
    try {
      return await work(keyId.slice(PREFIX.length));
    } catch (cause) {
      throw new KeyEncryptionKeyUnavailable(keyId, { cause });
    }
  }
}
