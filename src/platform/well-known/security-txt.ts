import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { HttpConfig } from '../http/index.js';
import { Clock } from '../time/index.js';
import { ContactConfig } from './contact.config.js';

const PATH = '/.well-known/security.txt';
const DAY_MS = 86_400_000;

/** Where to report a vulnerability (RFC 9116). Text, and so past the views: nothing of a request or a row is in it. @control A14.5 */
@Injectable()
export class SecurityTxt implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly http: HttpConfig,
    private readonly contact: ContactConfig,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    server.get(PATH, (_request, reply) => reply.type('text/plain; charset=utf-8').send(this.text()));
  }

  /** The same all day long, so that a copy and its original can be told apart from two of different days alone. */
  private text(): string {
    const { contacts, values } = this.contact;
    const today = Math.floor(this.clock.now().getTime() / DAY_MS);
    const expires = new Date((today + values.SECURITY_TXT_DAYS) * DAY_MS).toISOString();
    const lines = [
      ...contacts.map((contact) => `Contact: ${contact}`),
      `Expires: ${expires}`,
      `Canonical: ${this.http.publicUrl}${PATH}`,
      'Preferred-Languages: en',
    ];
    return lines.map((line) => `${line}\r\n`).join('');
  }
}
