import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

interface Request {
  readonly KeyId: string;
  readonly Plaintext?: string;
  readonly CiphertextBlob?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

class Refusal extends Error {}

/**
 * AWS KMS as its clients see it: the JSON 1.1 protocol of "TrentService", its errors, and what its documentation promises of
 * Encrypt and Decrypt with a symmetric key: the context is authenticated, and a key that is named must be the one.
 */
export class FakeKms {
  readonly calls: { readonly target: string; readonly authorization: string; readonly request: Request }[] = [];
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly server: Server;
  /** An answer instead of its own, while it is set. */
  failure: { readonly status: number; readonly type: string } | undefined;

  constructor(...arns: readonly string[]) {
    this.keys = new Map(arns.map((arn) => [arn, randomBytes(32)]));
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('it listens on a port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(incoming.headers['x-amz-target']);
    const request = (await json(incoming)) as Request;
    this.calls.push({ target, authorization: String(incoming.headers.authorization), request });
    try {
      if (this.failure !== undefined) return this.send(response, this.failure.status, { __type: this.failure.type });
      this.send(response, 200, target === 'TrentService.Encrypt' ? this.encrypt(request) : this.decrypt(request));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.send(response, 400, { __type: error.message, message: 'refused' });
    }
  }

  private send(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  }

  private encrypt({ KeyId, Plaintext = '', EncryptionContext = {} }: Request) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keyOf(KeyId), nonce).setAAD(contextOf(EncryptionContext));
    const body = [nonce, cipher.update(Plaintext, 'base64'), cipher.final(), cipher.getAuthTag()];
    return { KeyId, CiphertextBlob: Buffer.concat(body).toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  }

  private decrypt({ KeyId, CiphertextBlob = '', EncryptionContext = {} }: Request) {
    const blob = Buffer.from(CiphertextBlob, 'base64');
    if (blob.length < 28) throw new Refusal('InvalidCiphertextException');
    const decipher = createDecipheriv('aes-256-gcm', this.keyOf(KeyId), blob.subarray(0, 12));
    decipher.setAAD(contextOf(EncryptionContext)).setAuthTag(blob.subarray(-16));
    try {
      const plain = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
      return { KeyId, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    } catch {
      throw new Refusal('InvalidCiphertextException');
    }
  }

  private keyOf(arn: string): Buffer {
    const key = this.keys.get(arn);
    if (key === undefined) throw new Refusal('NotFoundException');
    return key;
  }
}

function contextOf(context: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
