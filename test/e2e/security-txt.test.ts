import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';

const DAY_MS = 86_400_000;
const app = useApp({
  SECURITY_CONTACT: 'mailto:security@clinic.org, https://clinic.org/security',
  PUBLIC_URL: 'https://api.clinic.org',
});
const ask = () => new Caller(app()).get('/.well-known/security.txt');

/** RFC 9116 §4: lines of a name and a value, each ended. */
function fieldsOf({ text }: Answer): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  const lines = text.split('\r\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Z][A-Za-z-]+): (\S.*)$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    (fields[name] ??= []).push(value);
  }
  return fields;
}

describe('A14.5 /.well-known/security.txt', () => {
  it('is plain text for everybody, with the contacts in order and its own address', async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['ratelimit']).toBeDefined();
    expect(fieldsOf(answer)).toEqual({
      Contact: ['mailto:security@clinic.org', 'https://clinic.org/security'],
      Expires: [expect.any(String)],
      Canonical: ['https://api.clinic.org/.well-known/security.txt'],
      'Preferred-Languages': ['en'],
    });
  });

  it('can be relied on for more than 30 days and less than a year, whenever it is asked for', async () => {
    const clock = new StoppedClock(app());
    for (const days of [0, 0.4, 30, 179, 400]) {
      clock.advance(days * 86_400);
      const [expires = ''] = fieldsOf(await ask())['Expires'] ?? [];
      expect(expires).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.000Z$/);
      const left = (Date.parse(expires) - clock.now.getTime()) / DAY_MS;
      expect(left).toBeGreaterThan(30);
      expect(left).toBeLessThan(365);
    }
  });
});
