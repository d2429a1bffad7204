import { describe, expect, it } from 'vitest';
import { parseTraceparent } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('the trace that a caller names', () => {
  it.each([`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-00`, `01-${TRACE}-${PARENT}-01-more`])(
    'A6.1 is taken from %s',
    (header) => {
      expect(parseTraceparent(header)?.traceId).toBe(TRACE);
    },
  );

  it.each([
    undefined,
    '',
    [`00-${TRACE}-${PARENT}-01`],
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01\n`,
    ` 00-${TRACE}-${PARENT}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}f-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-1`,
    '00-{"level":60}-00f067aa0ba902b7-01',
    '\u001b[2J',
  ])('A6.3 is not taken from %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
