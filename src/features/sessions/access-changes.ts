import { z } from 'zod';

/** Sent by triggers of the first migration, in the transaction of the change. */
export const ACCESS_CHANNEL = 'access_changed';

const change = z.union([
  z.object({ session: z.uuid() }),
  z.object({ organization: z.uuid(), user: z.uuid() }),
  z.object({ user: z.uuid() }),
]);

/** Exactly what changed: a session, a membership, or everything of a person. Undefined when the message cannot be read. */
export function parseAccessChange(payload: string): z.output<typeof change> | undefined {
  return change.safeParse(parseJson(payload)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller treats what is not JSON like any other unreadable message.
    return undefined;
  }
}
