import { createContext, runInContext } from 'node:vm';

/** What the characters of a class stand for in an attack. */
const CLASSES: Readonly<Record<string, string>> = { d: '0', D: 'x', w: 'a', W: '-', s: ' ', S: 'a', p: 'é', P: ' ' };
const ALWAYS = ['a', '0', ' ', '-', '.', '\n'];
const MOST_LETTERS = 24;
const MOST_PAIRS = 24;
/** An exponential expression shows at the first, a cubic one at the second, a quadratic one at the third. */
const LENGTHS = [28, 1000, 20_000, 100_000];
/** Of processor time, so that a busy machine condemns nobody: a linear match of 100,000 characters takes one or two. */
const LIMIT_MS = 100;
/** Of time on the clock; a match can only be ended from outside in this way. */
const CUT_OFF_MS = 3000;

const context = createContext({ probe: /x/, text: '' });

/**
 * The beginning of a text that the expression takes too long for, or undefined. The texts are made of what stands in the
 * expression itself: one or two of its characters, over and over, behind what may have to come first, before what does not fit.
 */
export function slowInput(regex: RegExp): string | undefined {
  const probe = new RegExp(regex.source, regex.flags.replaceAll(/[gy]/g, ''));
  const letters = lettersOf(regex.source);
  const pairs = letters.flatMap((one, at) => letters.slice(at + 1).map((two) => one + two)).slice(0, MOST_PAIRS);
  for (const head of ['', ...headsOf(regex.source)]) {
    for (const pump of [...letters, ...pairs]) {
      for (const length of LENGTHS) {
        const text = `${head}${pump.repeat(Math.ceil(length / pump.length))}\u0000`;
        if (isSlow(probe, text)) return `${text.slice(0, 20)}… (${text.length} characters)`;
      }
    }
  }
  return undefined;
}

function isSlow(probe: RegExp, text: string): boolean {
  Object.assign(context, { probe, text });
  const before = process.threadCpuUsage();
  try {
    runInContext('probe.test(text)', context, { timeout: CUT_OFF_MS });
  } catch {
    return true;
  }
  return process.threadCpuUsage(before).user / 1000 > LIMIT_MS;
}

/** Characters of the expression, and one for each class. */
function lettersOf(source: string): string[] {
  const plain = source.replaceAll(/\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\{\d+,?\d*\}/gi, '');
  const classes = [...plain.matchAll(/\\([dDwWsSpP])/g)].map(([, name]) => CLASSES[name ?? ''] ?? '');
  const literal = plain.replaceAll(/\\[dDwWsSpPbB]|[\\^$*+?()[\]{}|]/g, '');
  return [...new Set([...classes, ...ALWAYS, ...literal.split('')])].filter(Boolean).slice(0, MOST_LETTERS);
}

/** Literal beginnings: what has to be there before a repetition is reached. */
function headsOf(source: string): string[] {
  const [, literal = ''] = /^\^?((?:[\w"'<>@:/ -]|\\[./])*)/.exec(source) ?? [];
  const head = literal.replaceAll('\\', '');
  return head === '' ? [] : [head];
}
