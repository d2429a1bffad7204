import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codes, describeError, listErrors } from './error-pages.ts';

const FOLDER = 'docs/errors';

it.each(codes)('B8.1 docs/errors has the page of %s, as the catalogue has it', async (code) => {
  await expect(await describeError(code)).toMatchFileSnapshot(`../../../${FOLDER}/${code}.md`);
});

it('B8.1 docs/errors lists every code', async () => {
  expect(codes.length).toBeGreaterThan(20);
  await expect(await listErrors()).toMatchFileSnapshot(`../../../${FOLDER}/README.md`);
});

it('B8.1 docs/errors has no page of a code that there is not', () => {
  const pages = readdirSync(FOLDER).filter((file) => file !== 'README.md');
  expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`).toSorted());
});
