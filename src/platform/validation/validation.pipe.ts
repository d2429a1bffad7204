import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ValidationFailed, type FieldError } from '../errors/index.js';

/**
 * Every body and query against its class: unknown fields are refused, not dropped, so that a typo and an attempt at mass
 * assignment both show. Messages name field and rule and never the value. @control A3.1 B8.4 B15.2
 */
export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    // One broken rule per field is enough to mend it.
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new ValidationFailed(errors.flatMap((error) => fieldErrors(error, '#'))),
  });
}

/** Deeper than any body of this API; Nest and class-transformer recurse, and thousands of levels would end in a RangeError. @control A3.2 */
const MAX_DEPTH = 32;
/** For lists whose field says nothing smaller: each item costs every rule. @control A3.2 */
const MAX_ITEMS = 100;

/** Nest and class-transformer drop the names that every object has before the rules see them; we refuse them like any other. */
class StrictValidationPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const errors = metadata.type === 'custom' ? [] : inheritedNames(value, '#');
    if (errors.length > 0) throw new ValidationFailed(errors);
    return super.transform(value, metadata);
  }
}

function inheritedNames(value: unknown, parent: string, depth = 0): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth >= MAX_DEPTH)
    return [{ pointer: '#', code: 'max-depth', message: `at most ${MAX_DEPTH} levels are allowed` }];
  if (Array.isArray(value) && value.length > MAX_ITEMS)
    return [{ pointer: parent, code: 'array-max-size', message: `at most ${MAX_ITEMS} items are allowed` }];
  return Object.entries(value).flatMap(([name, inner]) => {
    const isInherited = name === 'prototype' || name in Object.prototype;
    const unknown = unknownField(name, parent);
    return isInherited ? [unknown] : inheritedNames(inner, unknown.pointer, depth + 1);
  });
}

/** A name that nothing of ours has. */
export function unknownField(name: string, parent = '#'): FieldError {
  const pointer = `${parent}/${escapePointer(name)}`;
  return { pointer, code: 'unknown-field', message: `property ${name} should not exist` };
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${escapePointer(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    code: rule === 'whitelistValidation' ? 'unknown-field' : kebabCase(rule),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, pointer))];
}

/** RFC 6901 §3 and §6: the form of a URI fragment. */
function escapePointer(property: string): string {
  return encodeURIComponent(property.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));
}

function kebabCase(rule: string): string {
  return rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
