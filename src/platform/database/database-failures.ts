import { Injectable } from '@nestjs/common';
import { CiphertextRefused } from '../crypto/index.js';
import { AppError, FailureTranslator, ResourceNotFound, ServiceUnavailable } from '../errors/index.js';
import { Prisma } from './generated/client.js';

/** Prisma's codes for a database that is away, full, or did not answer in time. */
const UNAVAILABLE = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);
const UNIQUE_VIOLATION = 'P2002';
const ROW_NOT_FOUND = 'P2025';

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
    if (isUnavailable(thrown)) return new ServiceUnavailable({ cause: thrown });
    if (!(thrown instanceof Prisma.PrismaClientKnownRequestError)) return undefined;
    if (thrown.code === UNIQUE_VIOLATION) return new AppError('conflict', { cause: thrown });
    if (thrown.code === ROW_NOT_FOUND) return new ResourceNotFound();
    return undefined;
  }
}

/** Looks through the chain of causes: the adapter wraps the driver's error, sometimes twice. */
function isUnavailable(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (thrown instanceof Prisma.PrismaClientInitializationError) return true;
  if ('code' in thrown && typeof thrown.code === 'string') {
    if (UNAVAILABLE.has(thrown.code) || CONNECTION_ERROR.test(thrown.code)) return true;
  }
  if (thrown.message.startsWith('timeout exceeded when trying to connect')) return true;
  return isUnavailable(thrown.cause);
}
