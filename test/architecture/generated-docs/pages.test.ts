import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGaps, readRequirements } from '../../evidence/lists.ts';
import { readMarks } from '../../evidence/marks.ts';
import { describeControls, describeIndex, describePractice, unwrittenParts } from './practice-pages.ts';

const { practices } = readRequirements();
const marks = { ...readMarks(), gaps: readGaps() };

describe('A8.2 the pages', () => {
  it('docs/controls.md lists controls and tests as they are', async () => {
    await expect(await describeControls(practices, marks)).toMatchFileSnapshot('../../../docs/controls.md');
  });

  it('docs/practices.md leads to a page per practice', async () => {
    await expect(await describeIndex(practices, marks)).toMatchFileSnapshot('../../../docs/practices.md');
    expect(globSync('docs/practices/*.md')).toHaveLength(36);
  });

  it.each(practices)('the page of $id says what, where, and how to change it', async (practice) => {
    const text = await describePractice(practice, marks);
    await expect(text).toMatchFileSnapshot(`../../../docs/practices/${practice.id}.md`);
    expect(unwrittenParts(text)).toEqual([]);
  });
});
