import { Buffer } from 'node:buffer';
import type { KMSClient } from '@aws-sdk/client-kms';
import { StartRefused } from '../process/index.js';
import type { KeyProviderConfig } from './key-provider.config.js';
import { KeyEncryptionKeyUnavailable, KeyProvider, type WrapContext, type WrappedKey } from './key-provider.js';

/** RFC-like form `arn:aws:kms:<region>:<account>:key/<id>`; aliases move, and what they moved from would be lost. */
const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/;
/** Of one call, tries included, a process that starts or a request that waits must hear soon. */
const TIMEOUT_MS = 2000;
const ATTEMPTS = 3;

/**
 * AWS KMS: the key-encryption key never leaves it. The context is authenticated with the data key and stands in CloudTrail
 * (KMS EncryptionContext). The SDK is loaded at the first use, finds its credentials where AWS says, and calls one host, which
 * the configuration names: docs/adr/0030-key-providers.md. @control A5.3
 */
export class AwsKmsKeys extends KeyProvider {
  private client: Promise<KMSClient> | undefined;

  private constructor(
    readonly currentKeyId: string,
    private readonly keyIds: readonly string[],
    private readonly region: string,
    private readonly endpoint: string | undefined,
  ) {
    super();
  }

  /** Undefined when none is configured. */
  static open({ AWS_KMS_KEYS: arns, AWS_KMS_ENDPOINT }: KeyProviderConfig['values']): AwsKmsKeys | undefined {
    const [current] = arns;
    if (current === undefined) return undefined;
    const regions = new Set(arns.map((arn) => KEY_ARN.exec(arn)?.[1]));
    const [region] = regions;
    if (region === undefined || regions.size > 1) {
      throw new StartRefused('AWS_KMS_KEYS: must be ARNs of keys (no aliases) in one region.');
    }
    return new AwsKmsKeys(current, arns, region, AWS_KMS_ENDPOINT);
  }

  override holds(keyId: string): boolean {
    return this.keyIds.includes(keyId);
  }

  async wrap(dataKey: Buffer, context: WrapContext): Promise<WrappedKey> {
    const { EncryptCommand } = await import('@aws-sdk/client-kms');
    const command = new EncryptCommand({
      KeyId: this.currentKeyId,
      Plaintext: dataKey,
      EncryptionContext: encryptionContext(context),
    });
    const { CiphertextBlob } = await this.answer(this.currentKeyId, (client) => client.send(command));
    if (CiphertextBlob === undefined) throw new KeyEncryptionKeyUnavailable(this.currentKeyId);
    return { wrappedBy: this.currentKeyId, bytes: Buffer.from(CiphertextBlob) };
  }

  async unwrap({ wrappedBy, bytes }: WrappedKey, context: WrapContext): Promise<Buffer> {
    const { DecryptCommand } = await import('@aws-sdk/client-kms');
    // The key is named, so that KMS refuses what another key of the account has wrapped.
    const command = new DecryptCommand({
      KeyId: wrappedBy,
      CiphertextBlob: bytes,
      EncryptionContext: encryptionContext(context),
    });
    const { Plaintext } = await this.answer(wrappedBy, (client) => client.send(command));
    if (Plaintext === undefined) throw new KeyEncryptionKeyUnavailable(wrappedBy);
    return Buffer.from(Plaintext);
  }

  private async answer<T>(keyId: string, call: (client: KMSClient) => Promise<T>): Promise<T> {
    try {
      this.client ??= this.connect();
      return await call(await this.client);
    } catch (cause) {
      throw new KeyEncryptionKeyUnavailable(keyId, { cause });
    }
  }

  private async connect(): Promise<KMSClient> {
    const { KMSClient: Client } = await import('@aws-sdk/client-kms');
    return new Client({
      region: this.region,
      ...(this.endpoint !== undefined && { endpoint: this.endpoint }),
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
    });
  }
}

function encryptionContext({ dataKeyId, organizationId }: WrapContext): Record<string, string> {
  return { dataKeyId, organizationId: organizationId ?? 'none' };
}
