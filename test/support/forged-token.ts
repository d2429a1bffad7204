import { Buffer } from 'node:buffer';
import { sign, type KeyObject } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SigningKeys } from '../../src/platform/crypto/index.js';

type Part = Readonly<Record<string, unknown>>;
export type Signer = (input: string) => Buffer;

interface Changes {
  /** Members to replace; undefined removes one. */
  readonly header?: Part;
  readonly claims?: Part;
  readonly signer?: Signer;
}

/**
 * Makes tokens that differ from a good one in exactly what a test names. Written by hand on node:crypto, so that it can
 * write what a JOSE library refuses to, and so that our tokens are also made by a second implementation.
 */
export class TokenForge {
  readonly header: Part;
  readonly claims: Part;
  readonly key: KeyObject;

  constructor(app: NestFastifyApplication, good: string) {
    const [header, claims] = good.split('.').slice(0, 2).map(decode);
    this.header = header ?? {};
    this.claims = claims ?? {};
    this.key = app.get(SigningKeys).active.privateKey.reveal();
  }

  forge({ header, claims, signer = es256(this.key) }: Changes = {}): string {
    const input = `${encode({ ...this.header, ...header })}.${encode({ ...this.claims, ...claims })}`;
    return `${input}.${signer(input).toString('base64url')}`;
  }
}

export function es256(key: KeyObject): Signer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

function decode(part: string): Part {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Part;
}

export function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
