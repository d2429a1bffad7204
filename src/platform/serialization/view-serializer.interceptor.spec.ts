import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Permission, PermissionSet } from '../access/index.js';
import type { RuntimeConfig } from '../config/index.js';
import { Field } from './field.js';
import { UndeclaredField } from './projection.js';
import { Returns, returnsOf } from './returns.js';
import { ViewSerializer } from './view-serializer.interceptor.js';

const SEE = 'shelves:see' as Permission;

class ShelfView {
  @Field() id!: string;
  @Field({ requires: SEE }) keeper!: string;
}

class Shelves {
  @Returns(200, ShelfView) show(): void {}
  @Returns(204) remove(): void {}
  undeclared(): void {}
}

const { show, remove, undeclared } = Shelves.prototype;
const row = { id: '7', keeper: 'Grace' };

function answer(handler: () => void, value: unknown, permissions?: PermissionSet, isTest = false): Promise<unknown> {
  const request = { actor: permissions && { permissions } };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) };
  const serializer = new ViewSerializer({ isTest } as RuntimeConfig);
  const next: CallHandler = { handle: () => of(value) };
  return lastValueFrom(serializer.intercept(context as unknown as ExecutionContext, next));
}

describe('the view serializer', () => {
  it('B7.1 reduces an answer to the view, for this caller', async () => {
    expect(await answer(show, row, new Set([SEE]))).toEqual(row);
    expect(await answer(show, row, new Set())).toEqual({ id: '7' });
  });

  it('B15.1 shows a caller who is nobody what needs no permission', async () => {
    expect(await answer(show, row)).toEqual({ id: '7' });
  });

  it.each<[string, () => void]>([
    ['declares no view', remove],
    ['declares nothing', undeclared],
  ])('B7.1 sends no body from a handler that %s', async (_what, handler) => {
    expect(await answer(handler, row, new Set([SEE]))).toBeUndefined();
  });

  it('B7.1 drops what the view does not list, and fails on it in tests', async () => {
    const surplus = { ...row, passwordHash: 'x' };
    expect(await answer(show, surplus, new Set([SEE]))).toEqual(row);
    await expect(answer(show, surplus, new Set([SEE]), true)).rejects.toThrow(UndeclaredField);
  });

  it('knows status and view of a handler', () => {
    expect([show, remove, undeclared].map((handler) => returnsOf(handler))).toEqual([
      { status: 200, view: ShelfView },
      { status: 204 },
      undefined,
    ]);
  });
});
