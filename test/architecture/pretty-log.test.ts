import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What a developer sees of these lines, without colours. */
function shown(...lines: readonly string[]): string {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/pretty-log.ts'], {
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  });
  expect(status).toBe(0);
  return stdout;
}

const line = {
  level: 40,
  time: '2026-11-26T12:34:56.789Z',
  context: 'SecurityEvents',
  msg: 'authz_fail',
  ip: '192.0.2.7',
};

describe('the log of a developer', () => {
  it('is one line each, with time, level, context, words and facts', () => {
    expect(shown(JSON.stringify({ ...line, facts: { a: 1 } }))).toBe(
      '12:34:56.789 WARN  SecurityEvents authz_fail ip=192.0.2.7 facts={"a":1}\n',
    );
  });

  it('passes on what is no line of ours', () => {
    const others = ['Found 0 errors.', '{"broken', '', '[1]'];
    expect(shown(...others)).toBe(others.map((one) => `${one}\n`).join(''));
  });

  it.each(['\u001b[2J', '\u009b2J', 'a\r\nINFO forged', '\u0000', '\u2028', '\u007f'])(
    'A6.3 shows the control characters of %j instead of obeying them',
    (hostile) => {
      const text = shown(
        JSON.stringify({ ...line, msg: hostile, [hostile]: hostile, context: hostile, time: hostile }),
      );
      expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    },
  );

  it('is nothing that a server is started with', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const users = Object.entries(scripts).filter(([, command]) => command.includes('pretty-log'));
    expect(users.map(([name]) => name)).toEqual(['dev']);
  });
});
