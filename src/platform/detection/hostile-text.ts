/**
 * Signs of an attack in what was refused anyway. They decide nothing about a request: a note may speak of `<b>` or quote SQL.
 * No pattern backtracks, and only the beginning of a text is looked at. @control A3.5 B12.1
 */
const SCRIPT = /<script\b|javascript:|\bon(?:error|load|click|focus)\s?=|<(?:iframe|svg|img)\b/i;
const SQL =
  /\bunion\s(?:all\s)?select\b|'\s?(?:or|and)\s['\d]|;\s?(?:drop|delete|insert|update)\s|\bpg_sleep\b|\binformation_schema\b|'\s?--/i;
const LINE_BREAK = /%0d|%0a/i;
/** `%252e`, `%2527`: an encoded percent sign in front of what would be an encoding. */
const DOUBLE_ENCODING = /%25[0-9a-f]{2}/i;

const LOOKED_AT = 4096;

export type HostileSign = 'script-injection' | 'sql-injection' | 'line-break-in-address' | 'double-encoding';

/** `url` as it came, `body` as the client sent it. */
export function signsIn(url: string, body: string): readonly HostileSign[] {
  const address = url.slice(0, LOOKED_AT);
  const texts = [decoded(address), body.slice(0, LOOKED_AT)];
  const signs: HostileSign[] = [];
  if (texts.some((text) => SCRIPT.test(text))) signs.push('script-injection');
  if (texts.some((text) => SQL.test(text))) signs.push('sql-injection');
  if (LINE_BREAK.test(address)) signs.push('line-break-in-address');
  if (DOUBLE_ENCODING.test(address)) signs.push('double-encoding');
  return signs;
}

/** Spaces may come as plus signs. What does not decode is looked at as it is. */
function decoded(address: string): string {
  const text = address.replaceAll('+', ' ');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
