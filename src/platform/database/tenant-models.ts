import { Prisma } from './generated/client.js';

/** Tables under row-level policies. A test compares them with the database. */
export const tenantModels: readonly Prisma.ModelName[] = ['Patient', 'CareAssignment', 'MedicalRecord', 'BreakGlass'];

const BATCHED = new Set(['findUnique', 'findUniqueOrThrow']);

/** Prisma may merge reads by id of several requests into one statement, of which one organization alone gets its rows. */
class BatchedReadRefused extends Error {
  constructor(model: string, operation: string) {
    super(`${model}: ${operation} may share its statement with other requests; use findFirst`);
    this.name = 'BatchedReadRefused';
  }
}

/** Keeps each statement on rows of an organization inside of the request that makes it. @control A1.4 */
export const unbatchedReads = Prisma.defineExtension({
  name: 'unbatched-reads',
  query: {
    $allModels: {
      async $allOperations({ model, operation, args, query }) {
        if (tenantModels.includes(model) && BATCHED.has(operation)) throw new BatchedReadRefused(model, operation);
        return query(args);
      },
    },
  },
});
