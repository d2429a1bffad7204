import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { CiphertextRefused } from '../crypto/index.js';
import { DatabaseFailures } from './database-failures.js';
import { Prisma } from './generated/client.js';

const failures = new DatabaseFailures();
const known = (code: string, cause?: unknown) =>
  Object.assign(new Prisma.PrismaClientKnownRequestError('secret of the database', { code, clientVersion: '7' }), {
    cause,
  });
const ofDriver = (code: string) => Object.assign(new pg.DatabaseError('secret of the database', 0, 'error'), { code });
const coded = (code: unknown, cause?: unknown) => Object.assign(new Error('secret', { cause }), { code });

describe('what a failure of the database means', () => {
  it.each<[string, unknown]>([
    ['cannot be reached', known('P1001')],
    ['does not answer', known('P1002')],
    ['takes too long', known('P1008')],
    ['has closed the connection', known('P1017')],
    ['has no connection free', known('P2024')],
    ['has too many connections', known('P2037')],
    ['could not begin a transaction in time', known('P2028')],
    ['could not be opened', new Prisma.PrismaClientInitializationError('secret', '7')],
    ['refuses connections', coded('ECONNREFUSED')],
    ['resets connections', coded('ECONNRESET')],
    ['breaks the pipe', coded('EPIPE')],
    ['is silent', coded('ETIMEDOUT')],
    ['has no address', coded('ENOTFOUND')],
    ['fails a connection (08006)', coded('08006')],
    ['has too many connections (53300)', coded('53300')],
    ['has a full disk (53100)', coded('53100')],
    ['cancels a slow statement (57014)', coded('57014')],
    ['shuts down (57P01)', coded('57P01')],
    ['is starting (57P03)', coded('57P03')],
    ['has no connection free in the pool', new Error('timeout exceeded when trying to connect')],
    ['cuts the connection', new Error('Connection terminated unexpectedly')],
    ['does not answer the driver', new Error('Query read timeout')],
    [
      'fails behind the adapter',
      Object.assign(known('P2010'), { meta: { driverAdapterError: { cause: { originalCode: '57014' } } } }),
    ],
    ['fails behind one error', known('P2010', coded('57P01'))],
    ['fails behind two errors', new Error('outer', { cause: new Error('inner', { cause: coded('ECONNREFUSED') }) })],
  ])('A7.2 is a 503 with Retry-After when it %s', (_what, thrown) => {
    expect(failures.translate(thrown)).toMatchObject({
      code: 'service-unavailable',
      cause: thrown,
      headers: { 'retry-after': '1' },
    });
  });

  it.each<[string, unknown]>([
    ['a row with these values is there already', known('P2002')],
    ['a row that it needs is not there', known('P2003')],
    ['rows that stay need it', known('P2014')],
    ['the driver says so (23505)', ofDriver('23505')],
    ['the driver says so (23503)', ofDriver('23503')],
    [
      'it says so behind the adapter',
      Object.assign(known('P2010'), { meta: { driverAdapterError: { cause: { originalCode: '23503' } } } }),
    ],
  ])('B8.1 is a 409 when %s', (_what, thrown) => {
    expect(failures.translate(thrown)).toMatchObject({ code: 'conflict', context: {} });
  });

  it.each<[string, unknown]>([
    ['write conflict', known('P2034')],
    ['serialization failure', ofDriver('40001')],
    ['deadlock', ofDriver('40P01')],
  ])('B8.1 is a 503 that may be tried again after a %s', (_what, thrown) => {
    expect(failures.translate(thrown)).toMatchObject({ code: 'service-unavailable', headers: { 'retry-after': '1' } });
  });

  it.each<[string, unknown]>([
    ['too long', known('P2000')],
    ['out of range', known('P2020')],
    ['no id', known('P2023')],
    ['too long for the driver (22001)', ofDriver('22001')],
    ['NUL (22021)', ofDriver('22021')],
    ['out of range for the driver (22003)', ofDriver('22003')],
  ])('A3.3 B8.1 is a 400 when a value is %s', (_what, thrown) => {
    expect(failures.translate(thrown)).toMatchObject({ code: 'malformed-request', context: {} });
  });

  it('A1.4 is a 404 when the row to change is not there, or not the caller’s', () => {
    expect(failures.translate(known('P2025'))).toMatchObject({ code: 'not-found' });
  });

  it('B10.2 is a 500 with an event of its own when a ciphertext does not open', () => {
    const address = { model: 'Patient', column: 'phone', rowId: '7' };
    expect(failures.translate(new CiphertextRefused(address))).toMatchObject({
      code: 'internal-error',
      context: { event: 'crypt_decrypt_fail', ...address },
    });
  });

  it.each<[string, unknown]>([
    ['a query that cannot be', known('P2010')],
    ['a missing table', known('P2021')],
    ['a value that somebody else calls too long (22001)', coded('22001')],
    ['a conflict of somebody else', coded('P2002')],
    ['a deadlock of somebody else', coded('40P01')],
    ['a broken check (23514)', ofDriver('23514')],
    ['a syntax error (42601)', coded('42601')],
    ['a missing privilege (42501)', coded('42501')],
    ['a code that begins like one of ours', coded('080061')],
    ['a code that contains one of ours', coded('x08006')],
    ['a code that is a number', coded(57_014)],
    ['a programming error', new TypeError('x is not a function')],
    ['text', 'ECONNREFUSED'],
    ['nothing', undefined],
    ['null', null],
    ['a mention of a timeout', new Error('we saw: timeout exceeded when trying to connect')],
  ])('B8.2 leaves %s to be an internal error', (_what, thrown) => {
    expect(failures.translate(thrown)).toBeUndefined();
  });

  it('B8.2 tells the client nothing of the database', () => {
    for (const code of ['P2002', 'P2025', 'P1001'])
      expect(failures.translate(known(code))?.message).not.toMatch(/secret|database|unique|prisma/i);
  });

  it('ends on an error that is its own cause', () => {
    const looped = new Error('a');
    looped.cause = new Error('b', { cause: looped });
    expect(failures.translate(looped)).toBeUndefined();
  });
});
