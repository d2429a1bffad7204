import { currentRequest, inClientSpan, isTracing } from '../telemetry/index.js';
import { Prisma } from './generated/client.js';

/** By names of ours alone: SQL is left out, for a text of it may hold a value. Jobs ask all the time; only requests are followed. */
export function inStatementSpan<T>(operation: string, model: string | undefined, ask: () => Promise<T>): Promise<T> {
  if (!isTracing() || currentRequest() === undefined) return ask();
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    ...(model !== undefined && { 'db.collection.name': model }),
  };
  return inClientSpan(model === undefined ? operation : `${operation} ${model}`, attributes, ask);
}

/** Installed while spans are recorded, and not otherwise: every layer around Prisma costs each statement something. */
export const tracedStatements = Prisma.defineExtension({
  name: 'traced-statements',
  query: {
    $allOperations: ({ model, operation, args, query }) =>
      inStatementSpan(operation.replace('$', ''), model, () => query(args)),
  },
});
