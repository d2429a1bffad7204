import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ViewClass } from './field.js';

/** What a handler answers with when it succeeds. */
export interface ReturnsDeclaration {
  readonly status: number;
  /** Absent: no body. */
  readonly view?: ViewClass;
}

const declarations = new WeakMap<object, ReturnsDeclaration>();

/** States status and view of the success answer: `@Returns(200, PatientView)`, `@Returns(204)`. @control B7.1 */
export function Returns(status: 202 | 204): MethodDecorator;
export function Returns(status: 200 | 201 | 202, view: ViewClass): MethodDecorator;
export function Returns(status: number, view?: ViewClass): MethodDecorator {
  const declaration: ReturnsDeclaration = view === undefined ? { status } : { status, view };
  return applyDecorators(
    declare(declaration),
    HttpCode(status),
    ApiResponse({ status, ...(view !== undefined && { type: view }) }),
  );
}

export function returnsOf(handler: object): ReturnsDeclaration | undefined {
  return declarations.get(handler);
}

function declare(declaration: ReturnsDeclaration): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') declarations.set(handler, declaration);
  };
}
