import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { closeOnStop, failStart, StartRefused } from './index.js';

class Exited extends Error {
  constructor(readonly code: unknown) {
    super(`exit ${String(code)}`);
  }
}

class DatabaseMissing extends StartRefused {}

beforeEach(() => {
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Exited(code);
  });
});
afterEach(() => vi.useRealTimers());

/** What an operator reads when the start fails. */
function lastWordsOf(error: unknown): string {
  const words: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => words.push(String(text)) > 0);
  expect(() => failStart(error)).toThrow('exit 1');
  return words.join('');
}

describe('a start that fails', () => {
  it('says the reason of a refusal and nothing else, and ends with code 1', () => {
    const refusal = new DatabaseMissing('The database is away.', { cause: new Error('ECONNREFUSED at 10.0.0.7') });
    expect(lastWordsOf(refusal)).toBe('The database is away.\n');
    expect(refusal).toMatchObject({ name: 'DatabaseMissing' });
  });

  it('says which port is taken and what to do', () => {
    const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 3000 });
    expect(lastWordsOf(error)).toBe(
      'Port 3000 is taken: stop what uses it, or set PORT and MANAGEMENT_PORT to free ones.\n',
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['a mistake of ours, with its place', new TypeError('x is not a function'), /x is not a function\n\s+at /],
    ['an error without a stack', Object.assign(new Error('bare'), { stack: undefined }), /^bare\n$/],
    ['a taken address that is no port', Object.assign(new Error('in use'), { code: 'EADDRINUSE' }), /in use/],
    ['text', 'broken', /^broken\n$/],
    ['nothing', undefined, /^undefined\n$/],
  ])('says %s', (_what, error, words) => {
    expect(lastWordsOf(error)).toMatch(words);
  });
});

type Listener = (...values: unknown[]) => void;

/** The process, as `closeOnStop` meets it: its listeners are caught and called by hand. */
function running(close: () => Promise<void>) {
  const listeners = new Map<string, Listener>();
  vi.spyOn(process, 'on').mockImplementation((event, listener: Listener) => {
    listeners.set(String(event), listener);
    return process;
  });
  const exits: unknown[] = [];
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    return undefined as never;
  });
  const fatal = vi.spyOn(Logger.prototype, 'fatal').mockReturnValue();
  const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  const closing = vi.fn<() => Promise<void>>(close);
  closeOnStop({ close: closing });
  return {
    raise: (event: string, ...values: unknown[]) => listeners.get(event)?.(...values),
    exits,
    closing,
    fatal,
    error,
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the end of the process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('on %s answers what is under way and ends with code 0', async (signal) => {
    const { raise, exits, closing } = running(() => Promise.resolve());
    raise(signal);
    expect(exits).toEqual([]);
    await settled();
    expect(closing).toHaveBeenCalledOnce();
    expect(exits).toEqual([0]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])(
    'B8.5 on %s logs, drains and ends with code 1',
    async (event) => {
      const { raise, exits, closing, fatal } = running(() => Promise.resolve());
      const error = new Error('forgotten');
      raise(event, error);
      await settled();
      expect(fatal).toHaveBeenCalledWith({ msg: event, err: error });
      expect(closing).toHaveBeenCalledOnce();
      expect(exits).toEqual([1]);
    },
  );

  it('B8.5 ends with code 1 when the shutdown fails', async () => {
    const { raise, exits, error } = running(() => Promise.reject(new Error('stuck')));
    raise('SIGTERM');
    await settled();
    expect(error).toHaveBeenCalledOnce();
    expect(exits).toEqual([1]);
  });

  it('B8.5 closes once, however often it is asked to', async () => {
    const { raise, exits, closing } = running(() => Promise.resolve());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM']) raise(signal);
    raise('uncaughtException', new Error('while closing'));
    await settled();
    expect(closing).toHaveBeenCalledOnce();
    expect(exits).toEqual([0]);
  });

  it('B8.5 ends after ten seconds when a request hangs', () => {
    vi.useFakeTimers();
    const { raise, exits } = running(() => new Promise(() => undefined));
    raise('SIGTERM');
    vi.advanceTimersByTime(9_999);
    expect(exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(exits).toEqual([0]);
  });
});
