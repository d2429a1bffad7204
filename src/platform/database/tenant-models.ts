import { Prisma } from './generated/client.js';
import { currentOrganization } from './organization-scope.js';

/** Tables under row-level policies. A test compares them with the database. */
export const tenantModels: readonly string[] = [
  // example: begin
  'Patient',
  'CareAssignment',
  'MedicalRecord',
  'BreakGlass',
  // example: end
  'IdempotencyKey',
  'Recertification',
] satisfies Prisma.ModelName[];

/** Whose keys a model's columns are encrypted with: those of the organization at hand, or of none. Throws without one. */
export function keyOwnerOf(model: string): string | null {
  if (!tenantModels.includes(model)) return null;
  const organizationId = currentOrganization();
  if (organizationId === undefined) throw new Error(`${model}: there is no organization whose keys could be taken`);
  return organizationId;
}

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
