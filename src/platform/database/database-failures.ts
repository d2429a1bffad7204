import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { CiphertextRefused, KeyEncryptionKeyUnavailable } from '../crypto/index.js';
import { AppError, FailureTranslator, ResourceNotFound, ServiceUnavailable } from '../errors/index.js';
import { Prisma } from './generated/client.js';
import { POOL_SATURATED, REQUEST_OVER } from './scoped-pool.js';

/** Signs of a database that is away, full, or did not answer in time: Prisma's codes. */
const UNAVAILABLE = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
  // Of pg and its pool, which give no code.
  'timeout exceeded when trying to connect',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Query read timeout',
  POOL_SATURATED,
  REQUEST_OVER,
]);
/** How far to follow causes. */
const MAX_DEPTH = 5;
const ROW_NOT_FOUND = 'P2025';

/** A row with these values is there already, or one that it needs is not: Prisma's codes and PostgreSQL's. */
const CONFLICT = new Set(['P2002', 'P2003', 'P2014', '23001', '23503', '23505']);

/** Two transactions met, and this one gave way: it may work at the next try. */
const GAVE_WAY = new Set(['P2034', '40001', '40P01', '55P03']);

/**
 * A value that the column cannot hold (class 22: too long, out of range, NUL). The validation lets none pass, so this is a rule
 * that we have forgotten, but the fault is in the request: it must not look like an outage to whoever tries values.
 */
const UNFIT_VALUE = /^(P2000|P2006|P2007|P2020|P2023|P2033|22\w{3})$/;

/** Node's socket errors and PostgreSQL's classes 08 (connection), 53 (resources) and 57 (operator intervention). */
const CONNECTION_ERROR = /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|ENOTFOUND|08\w{3}|53\w{3}|57\w{3})$/;

/** What a failure of the database means to a client. Anything unknown stays an internal error. @control B8.1 A7.2 */
@Injectable()
export class DatabaseFailures extends FailureTranslator {
  override translate(thrown: unknown): AppError | undefined {
    if (thrown instanceof CiphertextRefused) {
      return new AppError('internal-error', {
        cause: thrown,
        context: { event: 'crypt_decrypt_fail', ...thrown.address },
      });
    }
    if (thrown instanceof KeyEncryptionKeyUnavailable) {
      return new ServiceUnavailable({ cause: thrown, context: { event: 'crypt_decrypt_fail', keyId: thrown.keyId } });
    }
    if (isUnavailable(thrown)) return new ServiceUnavailable({ cause: thrown });
    if (thrown instanceof Prisma.PrismaClientKnownRequestError && thrown.code === ROW_NOT_FOUND) {
      return new ResourceNotFound();
    }
    return isFromDatabase(thrown) ? meaningOf(thrown) : undefined;
  }
}

/** Of Prisma, or of the driver behind it. */
function isFromDatabase(thrown: unknown): boolean {
  return thrown instanceof Prisma.PrismaClientKnownRequestError || thrown instanceof pg.DatabaseError;
}

function meaningOf(cause: unknown): AppError | undefined {
  const signs = signsOf(cause, MAX_DEPTH);
  if (signs.some((sign) => CONFLICT.has(sign))) return new AppError('conflict', { cause });
  if (signs.some((sign) => GAVE_WAY.has(sign))) return new ServiceUnavailable({ cause });
  if (signs.some((sign) => UNFIT_VALUE.test(sign))) return new AppError('malformed-request', { cause });
  return undefined;
}

export function isUnavailable(thrown: unknown): boolean {
  if (thrown instanceof Prisma.PrismaClientInitializationError) return true;
  return signsOf(thrown, MAX_DEPTH).some((sign) => UNAVAILABLE.has(sign) || CONNECTION_ERROR.test(sign));
}

/** Codes, and the messages of errors without one, through the chain of causes: the adapter wraps the driver's error, sometimes twice. */
function signsOf(thrown: unknown, depth: number): string[] {
  if (typeof thrown !== 'object' || thrown === null || depth === 0) return [];
  const { code, originalCode, message, cause, meta }: Partial<Record<string, unknown>> = propertiesOf(thrown);
  const own = [code, originalCode, message].filter((sign) => typeof sign === 'string');
  const adapter = typeof meta === 'object' && meta !== null ? propertiesOf(meta)['driverAdapterError'] : undefined;
  return [...own, ...signsOf(cause, depth - 1), ...signsOf(adapter, depth - 1)];
}

function propertiesOf(value: object): Partial<Record<string, unknown>> {
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]));
}
