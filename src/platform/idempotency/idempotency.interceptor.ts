import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { z } from 'zod';
import { UnitOfWork } from '../database/index.js';
import { returnsOf } from '../serialization/index.js';
import { isAtomic } from './atomic.js';
import { IdempotencyKeyInUse, IdempotencyKeyMalformed } from './idempotency.errors.js';
import { Idempotency, type IdempotentRequest } from './idempotency.service.js';

const KEY = /^[\x21-\x7e]{1,255}$/;
/** What is answered to a request that makes something, or sends somebody a mail. */
const CREATED: ReadonlySet<number | undefined> = new Set([201, 202]);
/** The status is that of the handler; the body is absent when there was none. */
const keptAnswer = z.object({ etag: z.string().optional(), body: z.unknown().optional() });

/**
 * `Idempotency-Key` on a POST that creates: the repetition of a request gets the answer of the first, and nothing happens
 * twice (draft-ietf-httpapi-idempotency-key-header). Outside of the serializer: what is kept is what was shown. @control A7.4
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);

  constructor(
    private readonly idempotency: Idempotency,
    private readonly work: UnitOfWork,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler();
    const request = idempotentRequest(context.switchToHttp().getRequest<FastifyRequest>(), handler);
    if (request === undefined) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const run = () => lastValueFrom(next.handle(), { defaultValue: undefined });
    return from(this.answer(request, reply, { run, isAtomic: isAtomic(handler) }));
  }

  private async answer(request: IdempotentRequest, reply: FastifyReply, first: First): Promise<unknown> {
    const claim = await this.idempotency.claim(request);
    if ('answer' in claim) return replay(claim.answer, reply);
    try {
      const runAndKeep = () => this.runAndKeep(claim.id, reply, first);
      return first.isAtomic ? await this.work.run(runAndKeep) : await runAndKeep();
    } catch (error) {
      // Whatever failed may be tried again. Where even this fails, the claim ends by itself within a minute.
      await this.idempotency.release(claim.id).catch((err: unknown) => {
        this.logger.warn({ msg: 'an idempotency key was not released', err });
      });
      throw error;
    }
  }

  private async runAndKeep(id: string, reply: FastifyReply, { run, isAtomic: undoes }: First): Promise<unknown> {
    const body = await run();
    const etag = reply.getHeader('etag');
    const isKept = await this.idempotency.complete(id, JSON.stringify({ etag, body }));
    // It took so long that another request has begun in its place: where this one can be undone, it is.
    if (!isKept && undoes) throw new IdempotencyKeyInUse();
    return body;
  }
}

interface First {
  readonly run: () => Promise<unknown>;
  readonly isAtomic: boolean;
}

/** Undefined where the header is absent or means nothing: it is for callers who are somebody, and for what creates. */
function idempotentRequest(request: FastifyRequest, handler: object): IdempotentRequest | undefined {
  const { actor, body, url, method } = request;
  const key = request.headers['idempotency-key'];
  if (key === undefined || actor === undefined || method !== 'POST') return undefined;
  if (!CREATED.has(returnsOf(handler)?.status)) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) throw new IdempotencyKeyMalformed();
  return { actor, key, url, body, route: request.routeOptions.url ?? url };
}

function replay(answer: string, reply: FastifyReply): unknown {
  const { etag, body } = keptAnswer.parse(JSON.parse(answer));
  void reply.header('idempotency-replayed', 'true');
  if (etag !== undefined) void reply.header('etag', etag);
  return body;
}
