import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { useProgram } from '../support/built-program.ts';

/** A real process: Node's own end on an unhandled rejection, and not a stand-in for it, is what ours has to come before. */
const program = useProgram('src/platform/process/stop.ts');

/** Something that takes a moment to close, and then `failure`. */
function run(failure: string) {
  const source = `
    import { setTimeout } from 'node:timers/promises';
    import { closeOnStop } from './${program()}';
    closeOnStop({ close: async () => { await setTimeout(20); console.log('drained'); } });
    globalThis.setInterval(() => undefined, 1000);
    ${failure}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, said: `${stdout}${stderr}` };
}

describe('B8.5 a process in which something was forgotten', () => {
  it.each([
    ['a rejection that nobody handles', "void Promise.reject(new Error('forgotten'));"],
    ['an error that nobody catches', "globalThis.setTimeout(() => { throw new Error('forgotten'); }, 1);"],
  ])('logs %s, drains, and ends with code 1', (_what, failure) => {
    const { status, said } = run(failure);
    expect(said).toContain('forgotten');
    expect(said).toContain('drained');
    expect(status).toBe(1);
  });
});
