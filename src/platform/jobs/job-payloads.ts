import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CiphertextRefused, ColumnCiphers } from '../crypto/index.js';
import type { JobKind } from './job-kind.js';

const sealedSchema = z.object({ sealed: z.string() });
type Sealed = z.infer<typeof sealedSchema>;

/** Jobs belong to the service: whose they are about, they say in their payload. */
const NO_ORGANIZATION = null;

/** A stored payload that no handler may see: tampered with, of another job, or of another form than its kind says. */
export class JobPayloadRefused extends Error {
  constructor(
    /** OWASP Logging Vocabulary. */
    readonly event: 'crypt_decrypt_fail' | 'input_validation_fail',
    /** Where it differs from its kind; never a value. */
    readonly fields: readonly string[] = [],
  ) {
    super('the payload of a job was refused');
    this.name = 'JobPayloadRefused';
  }
}

/**
 * What jobs are about, as it lies in the table: names, addresses and links are encrypted like any other column of theirs, and
 * bound to kind and id of the job, so that whoever can write the table can't give one job the payload of another.
 * @control B10.1 B10.2
 */
@Injectable()
export class JobPayloads {
  constructor(private readonly ciphers: ColumnCiphers) {}

  /** Throws a ZodError when the data is not of its kind: better here than at every try. */
  async seal<T>(kind: JobKind<T>, jobId: string, data: T): Promise<Sealed> {
    const text = JSON.stringify(kind.data.parse(data));
    const cipher = await this.ciphers.forWriting(NO_ORGANIZATION);
    return { sealed: cipher.encrypt(text, addressOf(kind.name, jobId)) };
  }

  /** Throws `JobPayloadRefused` (fails closed). */
  async open<T>(kind: JobKind<T>, jobId: string, stored: unknown): Promise<T> {
    const parsed = kind.data.safeParse(await this.decrypt(kind.name, jobId, stored));
    if (parsed.success) return parsed.data;
    throw new JobPayloadRefused(
      'input_validation_fail',
      parsed.error.issues.map(({ path }) => path.join('.')),
    );
  }

  private async decrypt(name: string, jobId: string, stored: unknown): Promise<unknown> {
    const envelope = sealedSchema.safeParse(stored);
    if (!envelope.success) throw new JobPayloadRefused('crypt_decrypt_fail');
    const { sealed } = envelope.data;
    const cipher = await this.ciphers.forReading([sealed], NO_ORGANIZATION);
    try {
      return JSON.parse(cipher.decrypt(sealed, addressOf(name, jobId)));
    } catch (error) {
      // What has authenticated is JSON of ours.
      if (error instanceof CiphertextRefused) throw new JobPayloadRefused('crypt_decrypt_fail');
      throw error;
    }
  }
}

function addressOf(name: string, jobId: string) {
  return { model: 'Job', column: name, rowId: jobId };
}
