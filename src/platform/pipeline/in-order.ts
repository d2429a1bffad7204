import type { CallHandler, ExecutionContext, NestInterceptor, Provider, Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Observable } from 'rxjs';

/** One that says at once what it makes of the answer, as all of ours do. */
interface PromptInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown>;
}

/**
 * Global interceptors that are one for Nest and run in this order. Around each that it runs itself, Nest puts two promises, three
 * observables and an async resource, with every request: the price of those that take their time before they answer.
 */
export function inOrder(...classes: readonly Type<PromptInterceptor>[]): Provider[] {
  return [...classes, { provide: APP_INTERCEPTOR, useFactory: chain, inject: [...classes] }];
}

function chain(...interceptors: readonly PromptInterceptor[]): NestInterceptor {
  return {
    intercept: (context, next) =>
      interceptors
        .reduceRight<CallHandler>((inner, outer) => ({ handle: () => outer.intercept(context, inner) }), next)
        .handle(),
  };
}
