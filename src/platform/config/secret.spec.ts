import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from './secret.js';

const VALUE = 'correct-horse-battery-staple';

const waysToPrint: readonly [string, (secret: Secret<unknown>) => unknown][] = [
  ['String()', (secret) => String(secret)],
  ['a template', (secret) => `secret: ${String(secret)}`],
  ['toString()', (secret) => secret.toString()],
  ['join()', (secret) => [secret].join()],
  ['JSON.stringify', (secret) => JSON.stringify(secret)],
  ['JSON.stringify of what holds it', (secret) => JSON.stringify({ list: [{ secret }] })],
  ['inspect', (secret) => inspect(secret)],
  ['inspect of what holds it', (secret) => inspect({ list: [{ secret }] }, { depth: 9 })],
  [
    'inspect with hidden properties',
    (secret) => inspect(secret, { showHidden: true, customInspect: false, getters: true }),
  ],
  ['format %s', (secret) => format('%s', secret)],
  ['format %o', (secret) => format('%o', secret)],
  ['format %O', (secret) => format('%O', secret)],
  ['format %j', (secret) => format('%j', secret)],
  ['an error message', (secret) => new Error(`refused: ${String(secret)}`).stack],
  ['its keys and values', (secret) => JSON.stringify(Object.entries(secret))],
  ['its own property names', (secret) => JSON.stringify(Reflect.ownKeys(secret).map(String))],
  ['a spread', (secret) => JSON.stringify(Object.assign({}, secret))],
  ['a structured clone', (secret) => inspect(structuredClone({ ofIt: Object.assign({}, secret) }), { depth: 9 })],
];

describe('Secret', () => {
  it.each(waysToPrint)('A5.3 does not show its value through %s', (_way, print) => {
    expect(String(print(new Secret(VALUE)))).not.toContain(VALUE);
    expect(String(print(new Secret({ nested: VALUE })))).not.toContain(VALUE);
  });

  it('A5.3 says that something is there', () => {
    expect(`${String(new Secret(VALUE))} ${JSON.stringify({ a: new Secret(VALUE) })}`).toBe(
      '[REDACTED] {"a":"[REDACTED]"}',
    );
  });

  it('A5.3 looks the same whatever it holds', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const secret = new Secret(value);
        expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
          '[REDACTED]',
          '"[REDACTED]"',
          '[REDACTED]',
        ]);
        expect(Object.is(secret.reveal(), value)).toBe(true);
      }),
    );
  });
});
