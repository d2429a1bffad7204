import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';

/** The files of the steps of a pipeline, in its order, that a page does not name in this order. */
function findStepsOutOfOrder(steps: readonly string[], page: string): string[] {
  let at = 0;
  return steps.filter((file) => {
    const found = page.indexOf(file, at);
    if (found !== -1) at = found;
    return found === -1;
  });
}

it.each([
  [['b.ts'], 'a.ts c.ts'],
  [['b.ts'], 'b.ts a.ts c.ts'],
  [['a.ts', 'c.ts'], 'b.ts'],
])('the check of the order fires on %j', (missing, page) => {
  expect(findStepsOutOfOrder(['a.ts', 'b.ts', 'c.ts'], page)).toEqual(missing);
});

it('docs/request-lifecycle.md walks through the steps of pipeline.module.ts in their order', () => {
  const module = readFileSync('src/platform/pipeline/pipeline.module.ts', 'utf8');
  // The interceptors stand in a list of their own, within the list.
  const classes = [...module.matchAll(/useClass: (\w+)|^ {6}(\w+),$/gm)].map(([, one, of]) => one ?? String(of));
  const sources = globSync('src/platform/**/*.ts').map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const steps = classes.map((name) => {
    const source = sources.find(({ text }) => text.includes(`export class ${name} `));
    return basename(source?.path ?? name);
  });
  expect(steps.length).toBeGreaterThan(14);
  expect(findStepsOutOfOrder(steps, readFileSync('docs/request-lifecycle.md', 'utf8'))).toEqual([]);
});
