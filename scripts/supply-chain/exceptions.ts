import { z } from 'zod';

/** A finding that somebody has decided to live with, until a day. */
const exceptionSchema = z.strictObject({
  finding: z.string().min(1),
  reason: z.string().min(20),
  owner: z.string().min(1),
  until: z.iso.date(),
});

export type Exception = z.infer<typeof exceptionSchema>;

export const EXCEPTIONS_FILE = 'docs/exceptions.json';
const LONGEST_DAYS = 180;
const DAY_MS = 86_400_000;

export function parseExceptions(text: string): readonly Exception[] {
  return z.array(exceptionSchema).parse(JSON.parse(text));
}

/** Whether a finding is excepted on that day; the day itself still counts. */
export function isExcepted(finding: string, exceptions: readonly Exception[], now: Date): boolean {
  return exceptions.some((exception) => exception.finding === finding && !isOver(exception, now));
}

/** Exceptions that have run out, or that reach so far that nobody will remember. @control B20.2 */
export function findUnfitExceptions(exceptions: readonly Exception[], now: Date): string[] {
  return exceptions.flatMap((exception) => {
    const { finding, until } = exception;
    if (isOver(exception, now)) return [`${finding}: its exception ended on ${until}`];
    const days = (Date.parse(until) - now.getTime()) / DAY_MS;
    return days > LONGEST_DAYS ? [`${finding}: its exception lasts longer than ${LONGEST_DAYS} days`] : [];
  });
}

const isOver = ({ until }: Exception, now: Date): boolean => now.getTime() >= Date.parse(until) + DAY_MS;
