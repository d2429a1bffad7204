import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { LRUCache } from 'lru-cache';
import type { PermissionSet } from '../access/index.js';
import { Asks, canBeAsked, parseNames, takeText } from './asked-names.js';
import type { ViewClass } from './field.js';
import { visibleNames } from './visible-fields.js';

/** The fields of a view that a caller has asked for. One object for the same question, so that its plan is compiled once. */
export interface Narrowing {
  readonly view: ViewClass;
  readonly names: ReadonlySet<string>;
}

/** Of each view and set of permissions: a caller who asks for ever new sets of fields only pushes out their own. */
const MAX_KEPT = 100;

const FIELDS = 'fields';

/** `?fields=id,familyName` narrows the answer of this handler, or each item of its page. */
export function Narrowable(): MethodDecorator {
  return applyDecorators(
    Asks(FIELDS),
    ApiQuery({
      name: FIELDS,
      required: false,
      description:
        'Names of the fields to answer with, separated by commas: it has these and no other. Default: all that you may see.',
      schema: { type: 'string', minLength: 1, maxLength: 1000 },
    }),
  );
}

export function isNarrowable(handler: object): boolean {
  return canBeAsked(handler, FIELDS);
}

/** Makes a narrowing of `?fields=`: among what the caller sees anyway, so it can only take away. @control B15.3 */
export class Narrowings {
  private readonly kept = new WeakMap<ViewClass, WeakMap<PermissionSet, LRUCache<string, Narrowing>>>();

  /** Takes `fields` out of the query, so that the validation of the other parameters does not meet it. */
  take(query: unknown, view: ViewClass, permissions: PermissionSet): Narrowing | undefined {
    const fields = takeText(query, FIELDS);
    if (fields === undefined) return undefined;
    const cache = this.cacheOf(view, permissions);
    const known = cache.get(fields);
    if (known !== undefined) return known;
    const narrowing = { view, names: parseNames(fields, FIELDS, visibleNames(view, permissions)) };
    cache.set(fields, narrowing);
    return narrowing;
  }

  private cacheOf(view: ViewClass, permissions: PermissionSet): LRUCache<string, Narrowing> {
    const caches = this.kept.get(view) ?? new WeakMap<PermissionSet, LRUCache<string, Narrowing>>();
    const cache = caches.get(permissions) ?? new LRUCache<string, Narrowing>({ max: MAX_KEPT });
    this.kept.set(view, caches.set(permissions, cache));
    return cache;
  }
}
