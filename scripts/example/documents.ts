import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LINK = /\[([^\]]+)\]\(([^)\s#:]+)(#[^)\s]*)?\)/g;

/** A link into what is gone becomes its words; a row of a table that tells of a command that is gone goes. */
export function forgetLinks(): void {
  for (const file of globSync(['*.md', '{docs,src,deploy,test}/**/*.md'])) {
    const before = readFileSync(file, 'utf8');
    const after = before
      .replaceAll(LINK, (link, words: string, path: string) => (existsSync(join(dirname(file), path)) ? link : words))
      .replaceAll(/^\| `npm run bench[^\n]*\n/gm, '');
    if (after !== before) writeFileSync(file, after);
  }
}
