const BEGIN = /^\s*\/\/ example: begin\b/;
const END = /^\s*\/\/ example: end\b/;

/** The text without what stands between the marks of the worked example, marks included. Throws when one lacks the other. */
export function withoutExample(text: string): string {
  let isInside = false;
  const kept = text.split('\n').filter((line) => {
    const isMark = BEGIN.test(line) || END.test(line);
    if (!isMark) return !isInside;
    if (BEGIN.test(line) === isInside) throw new Error(`a mark of the example without its other half: ${line.trim()}`);
    isInside = !isInside;
    return false;
  });
  if (isInside) throw new Error('the last mark of the example has no end');
  return kept.join('\n');
}
