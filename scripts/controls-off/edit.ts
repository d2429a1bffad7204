import type { Switch } from './switch.ts';

/** How often the text that a switch looks for is there: anything but once, and the table no longer fits the code. */
export function countMatches(text: string, { search }: Pick<Switch, 'search'>): number {
  return text.split(search).length - 1;
}

export function takeOut(text: string, { search, replace = '' }: Pick<Switch, 'search' | 'replace'>): string {
  // Not as a pattern: `$&` in a replacement would be read.
  return text.split(search).join(replace);
}
