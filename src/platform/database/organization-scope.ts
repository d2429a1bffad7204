import { AsyncLocalStorage } from 'node:async_hooks';
import { currentRequest } from '../telemetry/index.js';

const outsideOfRequests = new AsyncLocalStorage<string>();

/** Whose clinical rows the database shows to the code that asks: those of the actor's organization, and nobody's without one. */
export function currentOrganization(): string | undefined {
  return outsideOfRequests.getStore() ?? currentRequest()?.organizationId;
}

/** Awaited inside: a statement of Prisma begins when somebody waits for it. */
export function asOrganization<T>(organizationId: string, work: () => Promise<T>): Promise<T> {
  return outsideOfRequests.run(organizationId, async () => {
    const result = await work();
    return result;
  });
}
