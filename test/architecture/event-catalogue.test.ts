import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../src/platform/audit/event-catalogue.js';

const CATALOGUE = 'src/platform/audit/event-catalogue.ts';
const code = globSync('src/**/*.ts', { exclude: ['src/**/*.spec.ts', 'src/**/generated/**'] })
  .filter((path) => path !== CATALOGUE)
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const isRaised = (name: string) => code.some(({ text }) => text.includes(`'${name}'`));
/** A line of the log that says it were an event, and is in no trail, no metric and at no collector. */
const pretends = (text: string) => /\blogger\s*\.\w+\(\{[^}]*\bevent: '/.test(text);

describe('B11.1 the catalogue of events', () => {
  // That a test brings each about is seen at the end of a complete run: test/support/raised-events.ts.
  it('names what the code raises, and nothing else', () => {
    const names = Object.keys(eventCatalogue);
    expect(names.length).toBeGreaterThan(40);
    // Of what a product is there for: the example raises them, and whoever takes its place.
    const ofTheProduct = existsSync('src/clinic')
      ? []
      : ['authz_admin', 'sensitive_create', 'sensitive_read', 'sensitive_update'];
    expect(names.filter((name) => !isRaised(name) && !ofTheProduct.includes(name))).toEqual([]);
  });

  it('is gone past by nobody who logs a name of it', () => {
    expect(pretends("this.logger.warn({ msg: 'x', event: 'authz_fail' })")).toBe(true);
    expect(code.filter(({ text }) => pretends(text)).map(({ path }) => path)).toEqual([]);
  });
});
