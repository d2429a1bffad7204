import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { AccessGuard, AuthenticationGuard, NetworkGuard } from '../access/index.js';
import { AddressMeasuresGuard, PrincipalMeasuresGuard } from '../detection/index.js';
import { AllowedMethods, ProblemFilter } from '../errors/index.js';
import { IdempotencyInterceptor, IdempotencyModule } from '../idempotency/index.js';
import { EntityTags } from '../preconditions/index.js';
import { LifecycleInterceptor, LifecycleModule } from '../lifecycle/index.js';
import { RevealInterceptor, ViewSerializer } from '../serialization/index.js';
import { createValidationPipe } from '../validation/index.js';
import { PrincipalThrottle } from '../throttling/index.js';
import { AcceptableAnswerGuard } from './acceptable-answer.guard.js';
import { CompletenessCheck } from './completeness.check.js';
import { inOrder } from './in-order.js';
import { SettableFieldsGuard } from './settable-fields.guard.js';
import { UndeclaredInputGuard } from './undeclared-input.guard.js';

/**
 * The life of a request inside Nest, in the order of this list. What comes before it (server limits, request id, headers,
 * CORS) is in src/app.setup.ts; docs/request-lifecycle.md walks one request through all of it.
 */
@Module({
  imports: [LifecycleModule, DiscoveryModule, IdempotencyModule],
  providers: [
    // Guards. Is the address blocked or slowed down? Before anything is spent on it.
    { provide: APP_GUARD, useClass: AddressMeasuresGuard },
    // Who is calling? What their address may ask for was counted before: server-hooks.ts.
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    // Is this caller blocked, slowed down, or asked for a new proof?
    { provide: APP_GUARD, useClass: PrincipalMeasuresGuard },
    // Have they, or their organization, asked for too much? As soon as it is known whom to count for.
    { provide: APP_GUARD, useClass: PrincipalThrottle },
    // Is it from where their organization allows? Before any detail of the route could be learned.
    { provide: APP_GUARD, useClass: NetworkGuard },
    // May they call this route? Denies where a route does not say.
    { provide: APP_GUARD, useClass: AccessGuard },
    // Can they read the answer? It is JSON.
    { provide: APP_GUARD, useClass: AcceptableAnswerGuard },
    // Have they sent what this route does not take at all? The pipes look at what it takes, and at nothing else.
    { provide: APP_GUARD, useClass: UndeclaredInputGuard },
    // May they set these fields? The last question before the form of the body is looked at.
    { provide: APP_GUARD, useClass: SettableFieldsGuard },

    // Interceptors, from the outside in.
    ...inOrder(
      // Is this version still served, and until when? Before anything is done for it, or an answer remembered.
      LifecycleInterceptor,
      // Has this been done before? What is kept, and given again, is the answer as it was shown.
      IdempotencyInterceptor,
      // Do they ask to see what is masked? Before it is settled what they see.
      RevealInterceptor,
      // What may they see of the answer? The last thing that touches it.
      ViewSerializer,
      // Which version is it? Reads the row before the view takes anything away.
      EntityTags,
    ),

    // Pipes. Does the input have the documented form? After the guards: a caller without access learns nothing of the form.
    { provide: APP_PIPE, useFactory: createValidationPipe },

    // Filter. Whatever failed, wherever: one form of answer, and nothing about the inside.
    { provide: APP_FILTER, useClass: ProblemFilter },
    AllowedMethods,

    // Not a step: refuses the start when a route is not fully declared.
    CompletenessCheck,
  ],
  exports: [AllowedMethods, CompletenessCheck],
})
export class PipelineModule {}
