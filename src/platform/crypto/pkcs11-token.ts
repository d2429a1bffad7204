import { Buffer } from 'node:buffer';
import type { address, LibraryHandle } from 'koffi';

type CkFunction = ReturnType<LibraryHandle['func']>;

/** The calls that are needed, and how many arguments they take. */
const ARITY = {
  C_Initialize: 1,
  C_GetSlotList: 3,
  C_GetTokenInfo: 2,
  C_OpenSession: 5,
  C_CloseSession: 1,
  C_Login: 4,
  C_FindObjectsInit: 3,
  C_FindObjects: 4,
  C_FindObjectsFinal: 1,
  C_EncryptInit: 3,
  C_Encrypt: 5,
  C_DecryptInit: 3,
  C_Decrypt: 5,
};
type CkName = keyof typeof ARITY;

const CKR_OK = 0;
/** Somebody else of this process has initialized the library, or has logged in: as good as our own. */
const DONE_ALREADY = new Set([0x191, 0x100]);
const CKF_OS_LOCKING_OK = 2n;
const CKF_SERIAL_SESSION = 4n;
const CKU_USER = 1n;
const CKA_CLASS = 0n;
const CKA_LABEL = 3n;
const CKO_SECRET_KEY = 4n;
const CKM_AES_GCM = 0x1087n;
const TAG_BYTES = 16;
const MAX_SLOTS = 64;
const LABEL_BYTES = 32;
/** More than CK_TOKEN_INFO has. */
const TOKEN_INFO_BYTES = 512;

/** Which call failed, with which CKR_ code, or what is missing; never what it was given. */
class TokenFailed extends Error {
  override name = 'TokenFailed';
}

/** A machine word: a number, or memory by its address. Null is the null pointer. */
type Word = bigint | Buffer | null;

interface GcmRequest {
  readonly keyLabel: string;
  readonly nonce: Buffer;
  readonly additionalData: Buffer;
  readonly input: Buffer;
}

/**
 * A token behind a PKCS #11 library (OASIS, v2.40 and later): AES-GCM under keys that never leave it. On the 64-bit Unix systems
 * every argument and every member of the structures used here is one machine word, so that is how they are passed. Each operation
 * has a session of its own: there is no state that an HSM could lose. The calls run beside the event loop, one operation
 * after the other.
 */
export class Pkcs11Token {
  private last: Promise<unknown> = Promise.resolve();
  /** What a structure points to must live as long as the structure, which a call holds. */
  private readonly held = new WeakMap<Buffer, readonly Word[]>();

  private constructor(
    private readonly functions: ReadonlyMap<CkName, CkFunction>,
    private readonly addressOf: typeof address,
    private readonly login: { readonly label: string; readonly pin: string },
  ) {}

  static async open(module: string, login: { readonly label: string; readonly pin: string }): Promise<Pkcs11Token> {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(module);
    const functions = new Map<CkName, CkFunction>();
    for (const name of Object.keys(ARITY).filter((key): key is CkName => key in ARITY)) {
      const words = Array.from({ length: ARITY[name] }, () => 'void *');
      functions.set(name, library.func(name, 'unsigned long', words));
    }
    const token = new Pkcs11Token(functions, koffi.address, login);
    await token.call('C_Initialize', token.words(null, null, null, null, CKF_OS_LOCKING_OK, null));
    return token;
  }

  /** Ciphertext and tag. */
  encrypt(request: GcmRequest): Promise<Buffer> {
    return this.operate('C_EncryptInit', 'C_Encrypt', request);
  }

  /** Throws when it does not authenticate. */
  decrypt(request: GcmRequest): Promise<Buffer> {
    return this.operate('C_DecryptInit', 'C_Decrypt', request);
  }

  /** Throws when the token has no such key, or more than one. */
  async refuseMissingKey(keyLabel: string): Promise<void> {
    await this.inSession(async (session) => this.findKey(session, keyLabel));
  }

  private operate(begin: CkName, perform: CkName, { keyLabel, nonce, additionalData, input }: GcmRequest) {
    return this.inSession(async (session) => {
      const [nonceBytes, dataBytes] = [BigInt(nonce.length), BigInt(additionalData.length)];
      const gcm = this.words(nonce, nonceBytes, nonceBytes * 8n, additionalData, dataBytes, BigInt(TAG_BYTES * 8));
      const mechanism = this.words(CKM_AES_GCM, gcm, BigInt(gcm.length));
      await this.call(begin, session, mechanism, await this.findKey(session, keyLabel));
      const output = Buffer.alloc(input.length + TAG_BYTES);
      const length = this.words(BigInt(output.length));
      await this.call(perform, session, input, BigInt(input.length), output, length);
      return output.subarray(0, Number(wordAt(length, 0)));
    });
  }

  /** One after the other, whatever became of the one before. */
  private inSession<T>(work: (session: bigint) => Promise<T>): Promise<T> {
    const result = this.last.catch(() => undefined).then(() => this.withSession(work));
    this.last = result;
    return result;
  }

  private async withSession<T>(work: (session: bigint) => Promise<T>): Promise<T> {
    const handle = this.words(0n);
    await this.call('C_OpenSession', await this.findSlot(), CKF_SERIAL_SESSION, null, null, handle);
    const session = wordAt(handle, 0);
    try {
      const pin = Buffer.from(this.login.pin, 'utf8');
      await this.call('C_Login', session, CKU_USER, pin, BigInt(pin.length));
      return await work(session);
    } finally {
      await this.call('C_CloseSession', session);
    }
  }

  private async findSlot(): Promise<bigint> {
    const slots = this.words(...Array.from({ length: MAX_SLOTS }, () => 0n));
    const count = this.words(BigInt(MAX_SLOTS));
    await this.call('C_GetSlotList', 1n, slots, count);
    for (let index = 0; index < Number(wordAt(count, 0)); index += 1) {
      const info = Buffer.alloc(TOKEN_INFO_BYTES);
      await this.call('C_GetTokenInfo', wordAt(slots, index), info);
      if (info.toString('utf8', 0, LABEL_BYTES).trimEnd() === this.login.label) return wordAt(slots, index);
    }
    throw new TokenFailed(`there is no token "${this.login.label}"`);
  }

  private async findKey(session: bigint, keyLabel: string): Promise<bigint> {
    const [secret, label] = [this.words(CKO_SECRET_KEY), Buffer.from(keyLabel, 'utf8')];
    const template = this.words(CKA_CLASS, secret, 8n, CKA_LABEL, label, BigInt(label.length));
    const [found, count] = [this.words(0n, 0n), this.words(0n)];
    await this.call('C_FindObjectsInit', session, template, 2n);
    await this.call('C_FindObjects', session, found, 2n, count);
    await this.call('C_FindObjectsFinal', session);
    if (wordAt(count, 0) === 1n) return wordAt(found, 0);
    throw new TokenFailed(`the token has not exactly one secret key "${keyLabel}"`);
  }

  private words(...values: readonly Word[]): Buffer {
    const words = values.map((value) => (Buffer.isBuffer(value) ? this.addressOf(value) : (value ?? 0n)));
    const packed = Buffer.from(new BigUint64Array(words).buffer);
    this.held.set(packed, values);
    return packed;
  }

  private call(name: CkName, ...words: readonly Word[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.functions.get(name)?.async(...words, (error: unknown, code: unknown) => {
        if (code === CKR_OK || (typeof code === 'number' && DONE_ALREADY.has(code))) resolve();
        else reject(new TokenFailed(`${name} failed with ${Number(code).toString(16)}`, { cause: error }));
      });
    });
  }
}

function wordAt(buffer: Buffer, index: number): bigint {
  return new BigUint64Array(buffer.buffer, buffer.byteOffset, buffer.length / 8)[index] ?? 0n;
}
