import { BadRequestException, ForbiddenException, HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { AppError, ResourceNotFound, ServiceUnavailable, ValidationFailed } from './app-error.js';
import { classifyError } from './classify.js';

const fastifyError = (statusCode: unknown, code = 'FST_ERR_CTP_BODY_TOO_LARGE') =>
  Object.assign(new Error('Request body is too large'), { statusCode, code });
const foreignError = (facts: object) => Object.assign(new Error('secret of a library'), facts);

describe('classifyError', () => {
  it.each([new AppError('conflict'), new ResourceNotFound(), new ServiceUnavailable(), new ValidationFailed([])])(
    'B8.1 leaves $name as it is',
    (error) => {
      expect(classifyError(error)).toBe(error);
    },
  );

  it.each<[string, unknown, string]>([
    ['an unknown route', new NotFoundException(), 'not-found'],
    ['a bad request', new BadRequestException('details'), 'malformed-request'],
    ['a refusal', new ForbiddenException(), 'forbidden'],
    ['a body that is too large', fastifyError(413), 'payload-too-large'],
    ['an empty body', fastifyError(400, 'FST_ERR_CTP_EMPTY_JSON_BODY'), 'malformed-request'],
    ['another content type', fastifyError(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'), 'unsupported-media-type'],
    ['a bad URL', fastifyError(400, 'FST_ERR_BAD_URL'), 'malformed-request'],
    ['a late request', new HttpException('', 408), 'request-timeout'],
    ['malformed JSON', Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }), 'malformed-request'],
    ['a 401 of Nest', new HttpException('', 401), 'unauthenticated'],
  ])('B8.1 takes %s for what the framework says it is', (_what, thrown, code) => {
    expect(classifyError(thrown)).toMatchObject({ code, cause: thrown });
  });

  it.each<[string, unknown]>([
    ['an error', new Error('x')],
    ['a programming error', new TypeError("Cannot read properties of undefined (reading 'x')")],
    ['JSON of our own that is malformed', new SyntaxError('Unexpected token')],
    ['an HTTP client that got a 404', foreignError({ statusCode: 404 })],
    ['an HTTP client that got a 401', foreignError({ status: 401, statusCode: 401 })],
    ['a library that says 400', foreignError({ statusCode: 400, expose: true })],
    ['a library with a code of its own', foreignError({ statusCode: 403, code: 'EFORBIDDEN' })],
    ['a code that only contains the mark of Fastify', foreignError({ statusCode: 404, code: 'X_FST_ERR_' })],
    ['a plain object', { statusCode: 404, message: 'secret' }],
    ['a plain object with a code', { statusCode: 404, code: 'FST_ERR_BAD_URL' }],
    ['an object that looks like an error of ours', { code: 'not-found', status: 404 }],
    ['an object that looks like one of Nest', { getStatus: () => 404, message: 'secret' }],
    ['text', 'secret'],
    ['a number', 404],
    ['nothing', undefined],
    ['null', null],
    ['an error of Nest', new HttpException('secret', 500)],
    ['a bad gateway of Nest', new HttpException('secret', 502)],
    ['a status that the catalogue does not have', new HttpException('secret', 418)],
    ['a success that was thrown', new HttpException('secret', 200)],
    ['a status that is no status', new HttpException('secret', 0)],
    ['an error of Fastify', fastifyError(500, 'FST_ERR_REP_INVALID_PAYLOAD_TYPE')],
    ['a status of Fastify that is text', fastifyError('413')],
    ['a status of Fastify that is missing', fastifyError(undefined)],
  ])('B8.2 makes an internal error with a constant text of %s', (_what, thrown) => {
    const error = classifyError(thrown);
    expect(error).toMatchObject({ code: 'internal-error', status: 500, headers: {}, fields: [] });
    expect(error.message).not.toContain('secret');
  });
});
