import {
  applyDecorators,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { NO_PERMISSIONS, refuseStaleProof, type PermissionSet } from '../access/index.js';
import { SecurityEvents } from '../audit/index.js';
import { Clock } from '../time/index.js';
import { Asks, canBeAsked, parseNames, takeText } from './asked-names.js';
import { fieldsOf, modelsOf, type ViewClass } from './field.js';
import { returnsOf } from './returns.js';

const REVEAL = 'reveal';

/** `?reveal=nationalId` answers with the value instead of its mask. For routes that show one row, by its `:id`. */
export function Revealable(): MethodDecorator {
  return applyDecorators(
    Asks(REVEAL),
    ApiQuery({
      name: REVEAL,
      required: false,
      description:
        'Names of masked fields to show whole, separated by commas. Asks for a proof of who you are that is at most five minutes old, and is recorded.',
      schema: { type: 'string', minLength: 1, maxLength: 1000 },
    }),
  );
}

/**
 * Whoever may reveal a field is lent the permission that it requires, for one row and one answer: after a fresh proof, and with an
 * event that is kept before the answer leaves (fails closed). @control B7.4
 */
@Injectable()
export class RevealInterceptor implements NestInterceptor {
  constructor(
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler();
    const view = returnsOf(handler)?.view;
    if (view === undefined || !canBeAsked(handler, REVEAL)) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
    const asked = takeText(request.query, REVEAL);
    if (asked === undefined) return next.handle();
    const { actor } = request;
    const lent = permissionsToLend(view, asked, actor?.permissions ?? NO_PERMISSIONS);
    refuseStaleProof(actor, this.clock.epochSeconds());
    if (actor !== undefined) request.actor = { ...actor, permissions: new Set([...actor.permissions, ...lent]) };
    const target = { type: String(modelsOf(view)[0]).toLowerCase(), ids: [request.params.id] };
    // All that the loan opens, asked for or not.
    const shown = fieldsOf(view).filter(({ requires }) => requires !== undefined && lent.has(requires));
    const reason = shown.map(({ name }) => name).join();
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        await this.events.record({ name: 'sensitive_reveal', target, reason });
        return answer;
      }),
    );
  }
}

/** Throws for a name that this caller may not ask for, in the words for one that does not exist. */
function permissionsToLend(view: ViewClass, asked: string, permissions: PermissionSet): PermissionSet {
  const mayAsk = fieldsOf(view).filter(({ requires, revealedBy }) =>
    [requires, revealedBy].some((permission) => permission !== undefined && permissions.has(permission)),
  );
  const names = parseNames(
    asked,
    REVEAL,
    mayAsk.map(({ name }) => name),
  );
  return new Set(mayAsk.flatMap(({ name, requires }) => (names.has(name) ? (requires ?? []) : [])));
}
