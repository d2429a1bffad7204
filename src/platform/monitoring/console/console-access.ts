import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isSameSecret } from '../../crypto/index.js';
import { Clock } from '../../time/index.js';
import { MonitoringConfig } from '../monitoring.config.js';

const COOKIE = 'rampart_console';
const SESSION_S = 8 * 3600;
/** No `Secure`: operators come over a tunnel to plain HTTP on loopback. Strict: no other page can send it. */
const ATTRIBUTES = `HttpOnly; SameSite=Strict; Path=/console; Max-Age=${SESSION_S}`;

/**
 * Who may see the console: who has the token, in a header or typed once into the form. The cookie holds a proof of it with an
 * end, never the token. Compared in constant time (CWE-208); without CONSOLE_TOKEN nobody (fails closed).
 */
@Injectable()
export class ConsoleAccess {
  constructor(
    private readonly config: MonitoringConfig,
    private readonly clock: Clock,
  ) {}

  get isOn(): boolean {
    return this.config.values.CONSOLE_TOKEN !== undefined;
  }

  isToken(given: string): boolean {
    const token = this.config.values.CONSOLE_TOKEN?.reveal();
    return token !== undefined && isSameSecret(given, token);
  }

  /** Of a request, by its `Authorization` and `Cookie`. */
  isGranted(headers: { readonly authorization?: string | undefined; readonly cookie?: string | undefined }): boolean {
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.isToken(bearer);
    const [, end = '', proof = ''] =
      /(?:^|; )rampart_console=(\d{1,12})\.([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '') ?? [];
    return Number(end) > this.clock.epochSeconds() && isSameSecret(proof, this.proofOf(end));
  }

  newCookie(): string {
    const end = String(this.clock.epochSeconds() + SESSION_S);
    return `${COOKIE}=${end}.${this.proofOf(end)}; ${ATTRIBUTES}`;
  }

  private proofOf(end: string): string {
    const token = this.config.values.CONSOLE_TOKEN?.reveal();
    if (token === undefined) throw new Error('the console is off');
    return createHmac('sha256', token).update(`rampart/console/v1/${end}`).digest('base64url');
  }
}
