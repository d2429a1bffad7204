import fs from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../config/index.js';
import { JsonLogger } from './json-logger.js';
import { flushLog } from './log-destination.js';
import { currentRequest, runInRequestContext } from './request-context.js';
import type { TelemetryConfig } from './telemetry.config.js';

let written = '';

/** The shipped logger writes to file descriptor 1 through `fs`: what it would write there is caught instead. */
beforeEach(() => {
  written = '';
  vi.spyOn(fs, 'writeSync').mockImplementation((_fd: number, data: unknown) => keep(data));
  vi.spyOn(fs, 'write').mockImplementation((...values: unknown[]) => {
    const done = values.at(-1) as (error: null, bytes: number) => void;
    done(null, keep(values[1]));
  });
});

function keep(data: unknown): number {
  written += String(data);
  return Buffer.byteLength(String(data));
}

const loggerAt = (LOG_LEVEL: string) => new JsonLogger({ values: { LOG_LEVEL } } as unknown as TelemetryConfig);
const logger = loggerAt('trace');

function logged(write: () => void): Record<string, unknown> {
  written = '';
  write();
  flushLog();
  expect(written.endsWith('\n')).toBe(true);
  expect(written.match(/[\r\n]/g)).toHaveLength(1);
  return JSON.parse(written) as Record<string, unknown>;
}

describe('a line of the log', () => {
  it('A6.1 is written at once, but for what goes well with a request: that waits for the next', () => {
    runInRequestContext({ requestId: '0190d7c8-7d4b-7f3a-9c57-2f6f4e3b8a10' }, () => {
      logger.log('seen', 'Shelves');
      expect(written).toBe('');
      logger.warn('empty', 'Shelves');
    });
    expect(written.match(/seen|empty/g)).toEqual(['seen', 'empty']);
    logger.log('closed', 'Shelves');
    expect(written).toContain('closed');
  });

  it('A6.1 is JSON with a UTC time, a level, a context and a message', () => {
    const line = logged(() => logger.log('the shelf is full', 'Shelves'));
    expect(line).toMatchObject({ level: 30, context: 'Shelves', msg: 'the shelf is full' });
    expect(line['time']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    expect(line).not.toHaveProperty('hostname');
  });

  it.each([
    ['fatal', 60],
    ['error', 50],
    ['warn', 40],
    ['log', 30],
    ['debug', 20],
    ['verbose', 10],
  ] as const)('A6.1 has the level of %s', (method, level) => {
    expect(logged(() => logger[method]('x', 'Shelves'))).toMatchObject({ level, msg: 'x' });
  });

  it('A6.1 is written only from the configured level on', () => {
    loggerAt('warn').log('quiet', 'Shelves');
    loggerAt('silent').fatal('quiet', 'Shelves');
    expect(written).toBe('');
    loggerAt('warn').warn('loud', 'Shelves');
    expect(written).not.toBe('');
  });

  it('A6.1 keeps the start-up chatter of the framework for those who debug it', () => {
    loggerAt('info').log('Mapped {/v1/me, GET} route', 'RouterExplorer');
    expect(written).toBe('');
  });

  it('A6.1 carries the id of the request that it belongs to, and of no other', () => {
    const lines: Record<string, unknown>[] = [];
    for (const requestId of ['first', 'second'])
      runInRequestContext({ requestId }, () => lines.push(logged(() => logger.log('x', 'Shelves'))));
    lines.push(logged(() => logger.log('x', 'Shelves')));
    expect(lines.map(({ requestId }) => requestId)).toEqual(['first', 'second', undefined]);
  });

  it('A6.1 finds its request across a wait', async () => {
    await new Promise<void>((resolve) => {
      runInRequestContext({ requestId: 'waiting' }, () => setImmediate(resolve));
    });
    const found = await new Promise((resolve) => {
      runInRequestContext({ requestId: 'inner' }, () => void Promise.resolve().then(() => resolve(currentRequest())));
    });
    expect(found).toEqual({ requestId: 'inner' });
    expect(currentRequest()).toBeUndefined();
  });

  it('A6.1 holds an error with its stack and its cause', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(JSON.stringify(logged(() => logger.error(error, 'Shelves')))).toMatch(/outer.*inner/);
    expect(JSON.stringify(logged(() => logger.error({ msg: 'failed', err: error }, 'Shelves')))).toMatch(/inner/);
    expect(logged(() => logger.error('failed', 'at Shelf.fill', 'Shelves'))).toMatchObject({ stack: 'at Shelf.fill' });
  });
});

const FORGERIES = [
  'x\n{"level":30,"msg":"forged"}',
  'x\r\n{"level":30,"msg":"forged"}',
  'x\r{"level":30}',
  '\u001b[2J\u001b[31mforged',
  'x"},{"level":60,"msg":"forged',
  '\u2028forged\u2029',
  '\0forged',
  '\b\b\bforged',
  '\ud800',
];

describe('A6.3 no input forges a line', () => {
  it.each(FORGERIES)('as the message: %j', (text) => {
    const line = logged(() => logger.warn(text, 'Shelves'));
    expect(line).toMatchObject({ level: 40, context: 'Shelves' });
    expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it.each(FORGERIES)('as a value, a name, a context or an error: %j', (text) => {
    for (const write of [
      () => logger.warn({ msg: 'x', path: text }, 'Shelves'),
      () => logger.warn({ msg: 'x', [text]: 'x' }, 'Shelves'),
      () => logger.warn('x', text),
      () => logger.warn(new Error(text), 'Shelves'),
      () => logger.warn({ msg: 'x', err: new Error(text) }, 'Shelves'),
    ]) {
      logged(write);
      expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });

  it('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.object({ maxDepth: 2 }), (text, object) => {
        expect(logged(() => logger.log(text, 'Shelves'))).toMatchObject({ msg: text.toWellFormed() });
        expect(logged(() => logger.log({ msg: text, object }, 'Shelves'))).toMatchObject({ level: 30 });
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a symbol', Symbol('x')],
    ['a big number', 10n],
    ['a list', ['a', 'b']],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { msg: 'x' })],
    ['an object that holds itself', circular()],
  ])('and %s is a line as well', (_what, message) => {
    expect(logged(() => logger.log(message, 'Shelves'))).toMatchObject({ level: 30 });
  });
});

function circular(): object {
  const object: Record<string, unknown> = { msg: 'x' };
  object['self'] = object;
  return object;
}

describe('A6.2 a secret never reaches the log', () => {
  const names = ['password', 'token', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'nationalId', 'note'];
  const depths: readonly [string, (fields: object) => object][] = [
    ['at the top', (fields) => ({ msg: 'x', ...fields })],
    ['in an object', (fields) => ({ msg: 'x', body: fields })],
    ['in a list', (fields) => ({ msg: 'x', bodies: [fields] })],
    ['two objects down', (fields) => ({ msg: 'x', request: { body: fields } })],
    ['on an error', (fields) => ({ msg: 'x', err: Object.assign(new Error('failed'), fields) })],
    [
      'on the request of an error',
      (fields) => ({ msg: 'x', err: Object.assign(new Error('failed'), { request: fields }) }),
    ],
  ];

  it.each(depths)('under any of its names, %s', (_where, wrap) => {
    for (const name of names) {
      logged(() => logger.log(wrap({ [name]: 'canary-7f3a' }), 'Shelves'));
      expect(written).not.toContain('canary-7f3a');
      expect(written).toContain('[REDACTED]');
    }
  });

  it.each(['set-cookie', 'passwordHash', 'phone', 'address'])('as %s', (name) => {
    logged(() => logger.log({ msg: 'x', [name]: 'canary-7f3a' }, 'Shelves'));
    expect(written).not.toContain('canary-7f3a');
  });

  it('as a Secret, under whatever name', () => {
    logged(() => logger.log({ msg: 'x', pepper: new Secret('canary-7f3a'), list: [new Secret('canary-7f3a')] }, 'X'));
    expect(written).not.toContain('canary-7f3a');
  });

  it('and what is logged is not changed by it', () => {
    const body = { password: 'as it was' };
    logged(() => logger.log({ msg: 'x', body }, 'Shelves'));
    expect(body).toEqual({ password: 'as it was' });
  });
});
