import { type Exception, isExcepted } from './exceptions.ts';

const DAY_MS = 86_400_000;

interface Policy {
  readonly exceptions: readonly Exception[];
  readonly now: Date;
  readonly days: number;
}

/** Of `name@version`, those that are too young. One that nobody knows the age of is too young. @control A10.2 */
export function findYoungReleases(
  added: readonly string[],
  publishedAt: (name: string, version: string) => string | undefined,
  { exceptions, now, days }: Policy,
): string[] {
  return added
    .filter((one) => !isExcepted(`release-age ${one}`, exceptions, now))
    .flatMap((one) => {
      const at = one.lastIndexOf('@');
      const published = publishedAt(one.slice(0, at), one.slice(at + 1));
      if (published === undefined) return [`${one}: the registry does not say when it was published`];
      const isYoung = !(now.getTime() - Date.parse(published) >= days * DAY_MS);
      return isYoung ? [`${one}: was published on ${published}, less than ${days} days ago`] : [];
    });
}
