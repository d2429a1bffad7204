import type { ExecutionContext } from '@nestjs/common';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Permission } from '../access/index.js';
import type { SecurityEvents } from '../audit/index.js';
import type { Clock } from '../time/index.js';
import { Field, Shows } from './field.js';
import { Returns } from './returns.js';
import { Revealable, RevealInterceptor } from './reveal.interceptor.js';

const NAME = 'keepers:name' as Permission;
const REVEAL = 'keepers:reveal' as Permission;
const PAY = 'keepers:pay' as Permission;
const NOW = 1_000_000;

@Shows('User')
class KeeperView {
  @Field() id!: string;
  @Field({ requires: NAME, revealedBy: REVEAL }) first!: string;
  @Field({ requires: NAME, revealedBy: REVEAL }) last!: string;
  @Field({ requires: PAY }) pay!: string;
}

class Keepers {
  @Revealable() @Returns(200, KeeperView) show(): void {}
  @Returns(200, KeeperView) list(): void {}
}

const person = {
  kind: 'user',
  permissions: new Set([REVEAL]),
  authTime: NOW,
  amr: ['pwd'],
  isSessionMultiFactor: false,
};

async function ask(
  query: Record<string, unknown>,
  actor: object | undefined = person,
  handler: object = Keepers.prototype.show,
) {
  const record = vi.fn<(event: object) => Promise<void>>(() => Promise.resolve());
  const request = { query, actor, params: { id: '7' } };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) };
  const clock = { epochSeconds: () => NOW } as Clock;
  const interceptor = new RevealInterceptor({ record } as unknown as SecurityEvents, clock);
  const answer = interceptor.intercept(context as unknown as ExecutionContext, { handle: () => of('row') });
  expect(await lastValueFrom(answer)).toBe('row');
  return { request, record };
}

describe('B7.4 a reveal', () => {
  it('lends what the field requires, and its event names all that is opened by that', async () => {
    const { request, record } = await ask({ reveal: 'first' });
    expect(request.actor).toEqual({ ...person, permissions: new Set([REVEAL, NAME]) });
    expect(request.query).toEqual({});
    const target = { type: 'user', ids: ['7'] };
    expect(record.mock.calls).toEqual([[{ name: 'sensitive_reveal', target, reason: 'first,last' }]]);
  });

  it('lends nothing to whoever does not ask, or where it is not offered', async () => {
    for (const { request, record } of [await ask({}), await ask({ reveal: 'first' }, person, Keepers.prototype.list)]) {
      expect(request.actor).toBe(person);
      expect(record).not.toHaveBeenCalled();
    }
  });

  it.each<[string, string, Record<string, unknown>, object]>([
    ['a field that nothing reveals', 'validation-failed', { reveal: 'pay' }, person],
    ['a field that everybody sees', 'validation-failed', { reveal: 'id' }, person],
    ['no field', 'validation-failed', { reveal: 'salary' }, person],
    ['two lists', 'validation-failed', { reveal: ['first', 'last'] }, person],
    ['a field twice', 'validation-failed', { reveal: 'first,first' }, person],
    ['one too many', 'validation-failed', { reveal: 'first,pay' }, person],
    [
      'a field, by whoever may not',
      'validation-failed',
      { reveal: 'first' },
      { ...person, permissions: new Set([PAY]) },
    ],
    ['a field, by a program', 'forbidden', { reveal: 'first' }, { ...person, kind: 'api-key' }],
    ['a field, with an old proof', 'step-up-required', { reveal: 'first' }, { ...person, authTime: NOW - 301 }],
    [
      'a field, with less than the session has',
      'step-up-required',
      { reveal: 'first' },
      { ...person, isSessionMultiFactor: true },
    ],
  ])('is refused for %s: %s', async (_what, code, query, actor) => {
    await expect(ask(query, actor)).rejects.toMatchObject({ code });
  });
});
