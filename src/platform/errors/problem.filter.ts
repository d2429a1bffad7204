import { Catch, Logger, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SecurityEvents } from '../audit/index.js';
import { HttpConfig } from '../http/index.js';
import { AllowedMethods } from './allowed-methods.js';
import { AppError } from './app-error.js';
import { classifyError } from './classify.js';
import { FailureTranslator } from './failure-translator.js';
import { RefusalObserver } from './refusal-observer.js';
import { sendProblem } from './problem.js';

/**
 * The one place where a failure becomes an answer, whatever failed: handler, guard, body parser or router.
 * The cause goes to the log under the request id; the client gets the catalogue entry. @control B8.1 B8.2
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(
    private readonly http: HttpConfig,
    private readonly allowedMethods: AllowedMethods,
    private readonly failures: FailureTranslator,
    private readonly observer: RefusalObserver,
    private readonly events: SecurityEvents,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.refine(this.failures.translate(thrown) ?? classifyError(thrown), request);
    this.log(error);
    this.observer.observe(error, request);
    if (reply.sent) return;
    sendProblem(reply, error, this.http.publicUrl);
  }

  private refine(error: AppError, request: FastifyRequest): AppError {
    if (!(error.cause instanceof NotFoundException)) return error;
    const methods = this.allowedMethods.of(request.url);
    return methods.length === 0
      ? error
      : new AppError('method-not-allowed', { headers: { allow: methods.join(', ') } });
  }

  /** Refusals are everyday and kept for debugging, those that are a sign of an attack are events, our failures are loud. */
  private log(error: AppError): void {
    const { event, reason, ...facts } = error.context;
    const line = { msg: error.name, code: error.code, ...error.context };
    if (error.status >= 500) this.logger.error({ ...line, err: error.cause ?? error });
    else if (event === undefined) this.logger.debug(line);
    if (event === undefined) return;
    const { name, code } = error;
    this.events.note({ name: event, ...(reason !== undefined && { reason }), facts: { error: name, code, ...facts } });
  }
}
