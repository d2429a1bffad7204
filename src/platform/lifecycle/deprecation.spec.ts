import { describe, expect, it } from 'vitest';
import { Deprecated, isGone, lifecycleHeaders, successorOf } from './deprecation.js';

const deprecation = { since: '2026-01-01', sunset: '2027-01-01', successorVersion: '2', change: 'all of it' };

describe('a deprecation', () => {
  it.each([
    ['2026-01-01', '2026-01-01'],
    ['2026-01-02', '2026-01-01'],
    ['soon', '2027-01-01'],
    ['2026-01-01', 'never'],
    ['2026-02-30', '2026-13-01'],
  ])('B17.3 from %s until %s does not boot', (since, sunset) => {
    expect(() => Deprecated({ ...deprecation, since, sunset })).toThrow(/no day after/);
  });

  it.each([
    ['/v1/patients', '/v2/patients'],
    ['/v1/patients/:id', '/v2/patients/:id'],
    ['/v1/v1/x', '/v2/v1/x'],
    ['/v11/patients', '/v2/patients'],
  ])('B17.3 of %s has the successor %s', (path, successor) => {
    expect(successorOf(path, deprecation)).toBe(successor);
  });

  it('B17.3 links to the part of the successor that has no parameter', () => {
    const { link } = lifecycleHeaders('/v1/patients/:id/notes/:noteId', 'https://a.example', deprecation);
    expect(link).toContain('<https://a.example/v2/patients>; rel="successor-version"');
  });

  it('B17.3 gives both dates in the form of their RFCs', () => {
    const { deprecation: since, sunset } = lifecycleHeaders('/v1/patients', 'https://a.example', deprecation);
    expect(since).toBe('@1767225600');
    expect(sunset).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
  });

  it('B17.4 ends with the first second of its last day', () => {
    const end = Date.parse('2027-01-01T00:00:00Z') / 1000;
    expect([end - 1, end, end + 1].map((at) => isGone(deprecation, at))).toEqual([false, true, true]);
  });
});
