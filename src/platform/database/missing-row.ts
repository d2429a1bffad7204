import { Prisma } from './generated/client.js';

const ROW_NOT_FOUND = 'P2025';

/** For an `update` or `delete` whose condition may match nothing, where that is an answer and not a 404. */
export async function orUndefined<T>(query: Promise<T>): Promise<T | undefined> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === ROW_NOT_FOUND) return undefined;
    throw error;
  }
}
