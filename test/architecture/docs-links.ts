import { posix } from 'node:path';

/** What stands at a path of the repository; `undefined` when nothing does. */
export type Target = { readonly kind: 'folder' } | { readonly kind: 'file'; readonly text: string };

interface Link {
  readonly line: number;
  readonly href: string;
}

const INLINE =
  /!?\[(?:[^[\]]|\[[^\]]*\])*\]\(\s*(?:<([^>]*)>|([^\s()]+(?:\([^\s()]*\)[^\s()]*)*))(?:\s+["'(][^)]*)?\s*\)/g;
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/;
const HTML = /\b(?:href|src)\s*=\s*["']([^"']+)["']/gi;
const FENCE = /^\s*(`{3,}|~{3,})/;

/** Lines of a Markdown text with code left out, which may look like links and headings; the numbering stays. */
function proseLines(text: string): string[] {
  let fence: string | undefined;
  return text.split(/\r?\n/).map((line) => {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      return '';
    }
    fence = mark;
    return mark === undefined ? line : '';
  });
}

function linksIn(text: string): Link[] {
  return proseLines(text).flatMap((raw, index) => {
    const line = raw.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, (code) => '.'.repeat(code.length));
    const definition = DEFINITION.exec(line)?.[1];
    const inline = [...line.matchAll(INLINE)].map((match) => match[1] ?? match[2] ?? '');
    const html = [...line.matchAll(HTML)].map((match) => match[1] ?? '');
    return [...inline, ...html, ...(definition === undefined ? [] : [definition])].map((href) => ({
      line: index + 1,
      href,
    }));
  });
}

/** The anchors of a Markdown text, as GitHub makes them: the second of two equal headings ends in `-1`. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const line of proseLines(text)) {
    const title = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(line)?.[1];
    if (title === undefined) continue;
    const slug = title
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

const EXTERNAL = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether `anchor` is there: a heading of a Markdown file, a line (`L3`, `L3-L9`) of any other. */
function anchorProblem(path: string, anchor: string, target: Target): string | undefined {
  if (target.kind === 'folder') return 'has an anchor on a folder';
  if (path.endsWith('.md')) return anchorsIn(target.text).has(anchor) ? undefined : 'names no heading there';
  const line = Number(/^L(\d+)(?:-L\d+)?$/.exec(anchor)?.[1]);
  return line >= 1 && line <= target.text.split('\n').length ? undefined : 'names no line there';
}

function problemOf(file: string, href: string, look: (path: string) => Target | undefined): string | undefined {
  const [path = '', anchor] = decode(href).split('#', 2);
  if (path.startsWith('/')) return 'is absolute: write it relative to the file';
  const resolved = path === '' ? file : posix.join(posix.dirname(file), path);
  if (resolved === '..' || resolved.startsWith('../')) return 'leaves the repository';
  const target = look(resolved);
  if (target === undefined) return 'leads nowhere';
  return anchor === undefined ? undefined : anchorProblem(resolved, anchor, target);
}

/** Relative links of one Markdown file that do not lead anywhere, as `file:line href problem`. */
export function findBrokenLinks(file: string, text: string, look: (path: string) => Target | undefined): string[] {
  return linksIn(text)
    .filter(({ href }) => !EXTERNAL.test(href))
    .flatMap(({ line, href }) => {
      const problem = problemOf(file, href, look);
      return problem === undefined ? [] : [`${file}:${line} ${href} ${problem}`];
    });
}
