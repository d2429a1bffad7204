import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** Flags of authenticator data (WebAuthn Level 3 §6.1). */
export const FLAGS = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 };
const SYNCED = FLAGS.present | FLAGS.verified | FLAGS.backupEligible | FLAGS.backedUp;

export interface Changes {
  /** Members of the client data to replace. */
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** The client data as text, instead of all that. */
  readonly clientDataText?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string;
  /** Credential id to claim, in base64url. */
  readonly id?: string;
  /** Signs instead of the passkey's own key. */
  readonly key?: KeyObject;
  readonly tamper?: (signature: Buffer) => Buffer;
  readonly attestation?: { readonly fmt: string; readonly attStmt: Cbor };
  /** The attestation object, instead of all that. */
  readonly attestationObject?: Buffer;
}

interface CreationOptions {
  readonly challenge: string;
  readonly user: { readonly id: string };
}

type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/**
 * An authenticator with one passkey, and the browser around it. Written by hand from WebAuthn Level 3, so that it can answer
 * wrongly in exactly what a test names, and so that our verifier meets a second implementation.
 */
export class VirtualAuthenticator {
  readonly id = randomBytes(32);
  readonly key: KeyObject;
  private readonly coseKey: Cbor;
  private userHandle = '';
  /** Stays at 0 like that of a synced passkey, unless a test counts. */
  counter = 0;

  constructor(
    readonly origin: string,
    readonly rpId: string,
    algorithm: Algorithm = 'ES256',
  ) {
    const pair = newPair(algorithm);
    this.key = pair.privateKey;
    this.coseKey = coseKeyOf(pair.publicKey, algorithm);
  }

  /** What `navigator.credentials.create(...)` and `toJSON()` give. */
  create({ challenge, user }: CreationOptions, changes: Changes = {}) {
    this.userHandle = user.id;
    const clientDataJSON = this.clientData('webauthn.create', challenge, changes);
    const authData = Buffer.concat([
      this.authenticatorData(changes, FLAGS.attested),
      Buffer.alloc(16),
      uint(this.id.length, 2),
      this.id,
      cbor(this.coseKey),
    ]);
    const { fmt, attStmt } = changes.attestation ?? { fmt: 'none', attStmt: new Map() };
    const attestationObject =
      changes.attestationObject ??
      cbor(
        new Map<Cbor, Cbor>([
          ['fmt', fmt],
          ['attStmt', attStmt],
          ['authData', authData],
        ]),
      );
    return this.credential(changes, {
      clientDataJSON: clientDataJSON.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** What `navigator.credentials.get(...)` and `toJSON()` give. */
  get(challenge: string, changes: Changes = {}) {
    const clientDataJSON = this.clientData('webauthn.get', challenge, changes);
    const authenticatorData = this.authenticatorData(changes, 0);
    const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)]);
    const key = changes.key ?? this.key;
    const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key);
    return this.credential(changes, {
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: (changes.tamper?.(signature) ?? signature).toString('base64url'),
      userHandle: changes.userHandle ?? this.userHandle,
    });
  }

  private credential<Response>({ id = this.id.toString('base64url') }: Changes, response: Response) {
    const type = 'public-key' as const;
    return { id, rawId: id, type, authenticatorAttachment: 'platform', clientExtensionResults: {}, response };
  }

  private clientData(type: string, challenge: string, { clientData, clientDataText }: Changes): Buffer {
    const members = { type, challenge, origin: this.origin, crossOrigin: false, ...clientData };
    return Buffer.from(clientDataText ?? JSON.stringify(members));
  }

  private authenticatorData(
    { rpId = this.rpId, flags = SYNCED, counter = this.counter }: Changes,
    more: number,
  ): Buffer {
    return Buffer.concat([sha256(rpId), Buffer.from([flags | more]), uint(counter, 4)]);
  }
}

type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<Cbor, Cbor>;

/** RFC 8949, as much of it as WebAuthn needs. */
export function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (value instanceof Map) return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
  const items = value as readonly Cbor[];
  return Buffer.concat([head(4, items.length), ...items.map(cbor)]);
}

function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.from([type | value]);
  return value < 256 ? Buffer.from([type | 24, value]) : Buffer.concat([Buffer.from([type | 25]), uint(value, 2)]);
}

function newPair(algorithm: Algorithm) {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** RFC 9053: key type, algorithm, and what the type needs. */
function coseKeyOf(key: KeyObject, algorithm: Algorithm): Cbor {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' });
  const bytes = (text: unknown) => Buffer.from(String(text), 'base64url');
  const members: Record<Algorithm, [number, Cbor][]> = {
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ],
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(x)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, bytes(n)],
      [-2, bytes(e)],
    ],
  };
  return new Map<Cbor, Cbor>(members[algorithm]);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
