import { globSync, readFileSync } from 'node:fs';

/** Where an id stands: on the symbol that enforces it, or in the title of a test. */
export interface Mark {
  readonly id: string;
  readonly file: string;
  /** Of a control: what the comment stands on. */
  readonly symbol?: string;
}

const ID = String.raw`(?:[A-Z]\d{1,3}|PT)\.\d+`;
const CONTROL = new RegExp(String.raw`@control\b((?:[ ,]+${ID})*)`, 'g');
const TITLE = new RegExp(String.raw`(['"\`])(${ID}(?: ${ID})*)(?= |\1)`, 'g');
const ONE = new RegExp(ID, 'g');
const DECLARATION =
  /^\s*(?:export )?(?:abstract )?(?:(?:class|function|const|interface|type) (\w+)|(?:(?:public|private|protected|static|async|readonly|get) )*(\w+)(?:<[^>]*>)?\s*[(=:?])/;

/** What a control can be: code, a rule of lint or walls, a migration, a workflow, configuration that is shipped. */
const CONTROL_FILES = [
  'src/**/*.ts',
  'prisma/**/*.{ts,prisma,sql}',
  'scripts/**/*.{ts,mjs,sh}',
  'deploy/**/*',
  '.github/**/*',
  'test/{evidence,support,recipes}/**/*.ts',
  'docs/**/*.md',
  'SECURITY.md',
  '.oxlintrc.json',
  '.dependency-cruiser.cjs',
  '.npmrc',
  'stryker.config.mjs',
];
const TEST_FILES = ['src/**/*.spec.ts', 'test/**/*.test.ts'];
const EXCLUDED = [
  'test/evidence/marks.ts',
  'src/platform/database/generated/**',
  'src/**/*.spec.ts',
  'docs/practices/**',
  'docs/controls.md',
];

/** In Markdown only what stands in a comment of its own is a control. */
export function controlsIn(file: string, whole: string): Mark[] {
  const text = file.endsWith('.md') ? (whole.match(/<!-- @control [^>]*-->/g) ?? []).join('\n') : whole;
  return [...text.matchAll(CONTROL)].flatMap((match) => {
    const ids = (match[1] ?? '').match(ONE) ?? [];
    const symbol = symbolAfter(text.slice(match.index));
    return ids.map((id) => ({ id, file, ...(symbol === undefined ? {} : { symbol }) }));
  });
}

/** A tag with nothing behind it that reads as an id. */
export function emptyControlsIn(file: string, text: string): string[] {
  return [...text.matchAll(CONTROL)].filter((match) => match[1] === '').map(() => file);
}

export function titlesIn(file: string, text: string): Mark[] {
  return [...text.matchAll(TITLE)].flatMap((match) => (match[2]?.match(ONE) ?? []).map((id) => ({ id, file })));
}

export function idsOf(name: string): string[] {
  return [...new Set(name.match(new RegExp(String.raw`\b${ID}\b`, 'g')))];
}

/** Every control and every title of the house, and the files whose `@control` names nothing. */
export function readMarks(): { controls: Mark[]; titles: Mark[]; empty: string[] } {
  const controls = readAll(CONTROL_FILES, EXCLUDED);
  const titles = readAll(TEST_FILES, ['test/architecture/fixtures/**', 'test/architecture/evidence.test.ts']);
  return {
    controls: controls.flatMap(({ file, text }) => controlsIn(file, text)),
    titles: titles.flatMap(({ file, text }) => titlesIn(file, text)),
    empty: controls
      .filter(({ file }) => file.startsWith('src/'))
      .flatMap(({ file, text }) => emptyControlsIn(file, text)),
  };
}

function readAll(globs: readonly string[], exclude: string[]): { file: string; text: string }[] {
  return globs
    .flatMap((glob) => globSync(glob, { exclude, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      `${entry.parentPath}/${entry.name}`
        .replaceAll('\\', '/')
        .replace(`${process.cwd().replaceAll('\\', '/')}/`, '')
        .replace(/^\.\//, ''),
    )
    .toSorted()
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

/** The first declaration behind the comment. */
function symbolAfter(text: string): string | undefined {
  const end = text.indexOf('*/');
  if (end === -1 || end > 1500) return undefined;
  for (const line of text
    .slice(end + 2)
    .split('\n')
    .slice(0, 12)) {
    if (/^\s*(?:@|\/\/|\}|\)|$)/.test(line)) continue;
    const match = DECLARATION.exec(line);
    return match?.[1] ?? match?.[2];
  }
  return undefined;
}
