/** A good text with one thing changed. Throws where there is nothing to change: a row that spoils nothing proves nothing. */
export function spoil(good: string, search: string | RegExp, replace: string): string {
  const bad = good.replace(search, () => replace);
  if (bad === good) throw new Error(`${String(search)} changes nothing`);
  return bad;
}
