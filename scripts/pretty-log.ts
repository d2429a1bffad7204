import { styleText } from 'node:util';
import { runScript } from './bootstrap/failure.mjs';

const usage = `npm run dev does it: ... | node scripts/pretty-log.ts

Shows lines of the log, one JSON object each, in a form for people. Whatever else comes is passed on as it is. The server itself always
writes JSON: this is for a developer's terminal, and nothing that production could be set to.`;

/** Levels of pino, and how they look. */
const LEVELS = new Map([
  [10, 'gray'],
  [20, 'gray'],
  [30, 'green'],
  [40, 'yellow'],
  [50, 'red'],
  [60, 'magenta'],
] as const);
const NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** Shown at the beginning, or of no use to a person. */
const SHOWN = new Set(['level', 'time', 'context', 'msg', 'traceId']);

type Line = Readonly<Record<string, unknown>>;

/** A terminal obeys control characters, those of eight bits as well: what stands in a log must not reach it (CWE-150). */
function harmless(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isLine(value: unknown): value is Line {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function parse(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    // Then it is no line of ours.
    return undefined;
  }
}

function pretty(line: Line): string {
  const level = Number(line['level']);
  const time = harmless(textOf(line['time']).slice(11, 23));
  const name = (NAMES[level / 10 - 1] ?? String(level)).toUpperCase().padEnd(5);
  const color = [...LEVELS].find(([number]) => number === level)?.[1] ?? 'white';
  const rest = Object.entries(line)
    .filter(([key]) => !SHOWN.has(key))
    .map(([key, value]) => `${harmless(key)}=${harmless(textOf(value))}`);
  const head = [styleText('gray', time), styleText(color, name), styleText('cyan', harmless(textOf(line['context'])))];
  return [...head, harmless(textOf(line['msg'])), styleText('gray', rest.join(' '))].join(' ').trimEnd();
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  // Ctrl-C is for the server: what it says while it stops is shown as well.
  process.on('SIGINT', () => undefined);
  // Not by readline, for which U+2028 ends a line as well: it may stand in a text of ours.
  let rest = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = parse(text);
      process.stdout.write(`${line === undefined ? text : pretty(line)}\n`);
    }
  }
}

await runScript(main);
