import { Buffer } from 'node:buffer';
import { z } from 'zod';

/** Our challenges: 32 bytes in base64url. */
const schema = z.object({
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  crossOrigin: z.boolean().optional(),
});

export interface ClientData {
  readonly challenge: string;
  /** The page was embedded in one of another origin. */
  readonly isCrossOrigin: boolean;
}

/** The members of CollectedClientData (Level 3 §5.8.1) that we need before the library sees it; undefined when it has not its form. */
export function readClientData(encoded: string): ClientData | undefined {
  const { data } = schema.safeParse(parseJson(Buffer.from(encoded, 'base64url').toString('utf8')));
  return data && { challenge: data.challenge, isCrossOrigin: data.crossOrigin === true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: undefined, which the schema refuses.
    return undefined;
  }
}
