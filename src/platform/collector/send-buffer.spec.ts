import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendBuffer } from './send-buffer.js';

const MINUTE = 60_000;

describe('A6.4 what is to be sent', () => {
  it('goes in order, once', () => {
    const buffer = new SendBuffer(10);
    for (const text of ['a', 'b', 'c']) buffer.add(text);
    expect([buffer.take(2, 0), buffer.take(2, 0), buffer.take(2, 0)]).toEqual([['a', 'b'], ['c'], []]);
  });

  it('goes again when the connection broke within a minute, and not when it broke later', () => {
    const buffer = new SendBuffer(10);
    buffer.add('old');
    buffer.take(1, 0);
    buffer.add('new');
    buffer.take(1, 1);
    buffer.rewind(MINUTE + 1);
    expect(buffer.take(10, MINUTE + 1)).toEqual(['new']);
  });

  it('is bounded: what was sent goes first, then the oldest, which is counted', () => {
    const buffer = new SendBuffer(2);
    buffer.add('sent');
    buffer.take(1, 0);
    for (const text of ['a', 'b']) buffer.add(text);
    expect(buffer).toMatchObject({ lost: 0, waiting: 2 });
    buffer.add('c');
    expect(buffer).toMatchObject({ lost: 1, waiting: 2 });
    expect(buffer.take(10, 0)).toEqual(['b', 'c']);
  });

  it('is lost only when it is counted, whatever happens in whatever order', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const) }),
      fc.record({ do: fc.constant('take' as const), max: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('break' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 20 }), (steps, limit) => {
        const buffer = new SendBuffer(limit);
        const sent = new Set<string>();
        let added = 0;
        for (const one of steps) {
          if (one.do === 'add') buffer.add(String(added++));
          else if (one.do === 'take') for (const text of buffer.take(one.max, 0)) sent.add(text);
          else buffer.rewind(0);
        }
        for (const text of buffer.take(1000, 0)) sent.add(text);
        // What goes again and finds no place then was sent before: it is counted, and may have arrived.
        expect(added - sent.size).toBeLessThanOrEqual(buffer.lost);
      }),
    );
  });
});
