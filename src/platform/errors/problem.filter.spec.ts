import { Logger, NotFoundException, type ArgumentsHost } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SecurityEvents } from '../audit/index.js';
import type { HttpConfig } from '../http/index.js';
import type { AllowedMethods } from './allowed-methods.js';
import { AppError, ServiceUnavailable, ValidationFailed } from './app-error.js';
import { FailureTranslator } from './failure-translator.js';
import { ProblemFilter } from './problem.filter.js';

const REQUEST_ID = '0190a0b0-0000-4000-8000-000000000001';

class DatabaseAway extends Error {}

class Translator extends FailureTranslator {
  override translate(thrown: unknown): AppError | undefined {
    return thrown instanceof DatabaseAway ? new ServiceUnavailable({ cause: thrown }) : undefined;
  }
}

/** What the observer has heard of. */
const observed: string[] = [];

interface Sent {
  removed?: readonly string[];
  status?: number;
  headers?: Record<string, string>;
  type?: string;
  body?: Record<string, unknown>;
}

const note = vi.fn<SecurityEvents['note']>();

function answerTo(thrown: unknown, { methods = [] as string[], isSent = false } = {}): Sent {
  const sent: Sent = {};
  const request = { id: REQUEST_ID, url: '/v1/x' };
  const reply = {
    request,
    sent: isSent,
    removeHeader: (name: string) => Object.assign(reply, void (sent.removed = [...(sent.removed ?? []), name])),
    status: (status: number) => Object.assign(reply, void (sent.status = status)),
    headers: (headers: Record<string, string>) => Object.assign(reply, void (sent.headers = headers)),
    type: (type: string) => Object.assign(reply, void (sent.type = type)),
    send: (body: string) => Object.assign(reply, void (sent.body = JSON.parse(body))),
  };
  const http = { getRequest: () => request, getResponse: () => reply };
  const allowed = { of: () => methods } as unknown as AllowedMethods;
  const site = { publicUrl: 'https://api.example.com' } as HttpConfig;
  const observer = { observe: (error: AppError) => void observed.push(error.code) };
  const events = { note } as unknown as SecurityEvents;
  const filter = new ProblemFilter(site, allowed, new Translator(), observer, events);
  filter.catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return sent;
}

describe('the problem filter', () => {
  const error = vi.fn<(facts: unknown) => void>();
  const debug = vi.fn<(facts: unknown) => void>();
  beforeEach(() => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation(error.mockClear());
    vi.spyOn(Logger.prototype, 'debug').mockImplementation(debug.mockClear());
  });

  it('B8.1 answers with a problem under the id of the request', () => {
    expect(answerTo(new ValidationFailed([{ pointer: '#/a', code: 'c', message: 'm' }]))).toEqual({
      removed: ['etag', 'clear-site-data'],
      status: 400,
      headers: {},
      type: 'application/problem+json',
      body: {
        type: 'https://api.example.com/errors/validation-failed',
        title: 'The request does not have the documented form',
        status: 400,
        code: 'validation-failed',
        instance: `urn:uuid:${REQUEST_ID}`,
        errors: [{ pointer: '#/a', code: 'c', message: 'm' }],
      },
    });
  });

  it.each<[string, unknown]>([
    ['an error', new Error('canary at /srv/app.js')],
    ['an error with a status of its own', Object.assign(new Error('canary'), { statusCode: 404 })],
    ['text', 'canary'],
    ['nothing', undefined],
    ['an object that cannot be printed', Object.create(null)],
    ['an error whose message throws', Object.defineProperty(new Error(), 'message', { get: () => 'canary' })],
  ])('B8.2 tells the client nothing about %s, and the log everything', (_what, thrown) => {
    const sent = answerTo(thrown);
    expect(sent).toMatchObject({
      status: 500,
      removed: ['etag', 'clear-site-data'],
      headers: {},
      body: { code: 'internal-error' },
    });
    expect(JSON.stringify(sent)).not.toContain('canary');
    expect(error).toHaveBeenCalledOnce();
  });

  it('B8.2 logs the cause of what is our fault', () => {
    const thrown = new Error('canary');
    answerTo(thrown);
    expect(error).toHaveBeenCalledWith({ msg: 'AppError', code: 'internal-error', err: thrown });
  });

  it('B11.1 logs the reason of a refusal, which the client does not see', () => {
    const sent = answerTo(new AppError('forbidden', { context: { reason: 'not-a-member' } }));
    expect(JSON.stringify(sent)).not.toContain('not-a-member');
    expect(debug).toHaveBeenCalledWith({ msg: 'AppError', code: 'forbidden', reason: 'not-a-member' });
    expect(error).not.toHaveBeenCalled();
  });

  it('B11.1 notes the event that an error stands for, whatever its status', () => {
    note.mockClear();
    answerTo(new AppError('forbidden', { context: { event: 'authz_fail', reason: 'not-a-member', scope: 'x' } }));
    answerTo(new AppError('internal-error', { context: { event: 'crypt_decrypt_fail' } }));
    answerTo(new AppError('forbidden'));
    expect(note.mock.calls).toEqual([
      [{ name: 'authz_fail', reason: 'not-a-member', facts: { error: 'AppError', code: 'forbidden', scope: 'x' } }],
      [{ name: 'crypt_decrypt_fail', facts: { error: 'AppError', code: 'internal-error' } }],
    ]);
    expect(error).toHaveBeenCalledOnce();
  });

  it('A7.2 takes the failure of a library for what its slice says it means', () => {
    expect(answerTo(new DatabaseAway())).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it('B18.2 answers 405 with Allow on a path that knows other methods, and 404 on any other', () => {
    const thrown = new NotFoundException();
    expect(answerTo(thrown, { methods: ['GET', 'POST'] })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, POST' },
      body: { code: 'method-not-allowed' },
    });
    expect(answerTo(thrown)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('B18.2 leaves the 404 of a resource what it is, whatever other methods there are', () => {
    expect(answerTo(new AppError('not-found'), { methods: ['GET'] })).toMatchObject({ status: 404 });
  });

  it('B12.1 tells the observer of each failure', () => {
    observed.length = 0;
    answerTo(new ValidationFailed([]));
    answerTo(new Error('x'));
    expect(observed).toEqual(['validation-failed', 'internal-error']);
  });

  it('sends nothing after an answer that is on its way', () => {
    expect(answerTo(new Error('late'), { isSent: true })).toEqual({});
    expect(error).toHaveBeenCalledOnce();
  });
});
