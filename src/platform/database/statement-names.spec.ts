import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statementNames } from './statement-names.js';

describe('names of prepared statements', () => {
  it('are the same for the same SQL and never the same for another', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 100 }), (texts) => {
        const nameOf = statementNames();
        const names = texts.map((sql) => nameOf({ sql }));
        expect(texts.map((sql) => nameOf({ sql }))).toEqual(names);
        expect(new Set(names).size).toBe(new Set(texts).size);
      }),
    );
  });

  it('are identifiers of PostgreSQL that the SQL has no part in', () => {
    const nameOf = statementNames();
    for (const sql of ['', "'; DROP TABLE x; --", 'x'.repeat(1e6), '__proto__'])
      expect(nameOf({ sql })).toMatch(/^rampart_\d{1,3}$/);
  });

  it('A3.2 B6.5 end after 500, so that no connection keeps statements without bound', () => {
    const nameOf = statementNames();
    const names = Array.from({ length: 600 }, (_, index) => nameOf({ sql: `SELECT ${index}` }));
    expect(new Set(names.slice(0, 500)).size).toBe(500);
    expect(names.slice(500).every((name) => name === '')).toBe(true);
    // What has a name keeps it.
    expect(nameOf({ sql: 'SELECT 0' })).toBe(names[0]);
  });
});
