import type { z } from 'zod';

/** A kind of work that is done later: the name of its queue, and what a job of it is about. */
export interface JobKind<T> {
  readonly name: string;
  /** What does not parse is neither queued nor handed to the handler. */
  readonly data: z.ZodType<T>;
}

/** The name is kept with every job: a job that was queued under an old name is lost to its handler. */
export function defineJob<T>(name: string, data: z.ZodType<T>): JobKind<T> {
  return { name, data };
}
