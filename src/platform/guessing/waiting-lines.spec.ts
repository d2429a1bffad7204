import { describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../errors/index.js';
import { WaitingLines } from './waiting-lines.js';

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('waiting lines', () => {
  it('let one in at a time for each key, in order', async () => {
    const lines = new WaitingLines();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} in`);
      await pause();
      log.push(`${name} out`);
      return name;
    };
    const people = ['a1', 'b1', 'a2', 'a3'].map((name) => lines.run(name.charAt(0), task(name)));
    expect(await Promise.all(people)).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(log.filter((line) => line.startsWith('a'))).toEqual([
      'a1 in',
      'a1 out',
      'a2 in',
      'a2 out',
      'a3 in',
      'a3 out',
    ]);
    expect(log.indexOf('b1 in')).toBeLessThan(log.indexOf('a1 out'));
  });

  it('go on behind somebody who fails', async () => {
    const lines = new WaitingLines();
    const failing = lines.run('a', () => Promise.reject(new Error('no')));
    const next = lines.run('a', () => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('B6.5 do not grow without end', async () => {
    const lines = new WaitingLines();
    const people = Array.from({ length: 60 }, () => lines.run('a', pause));
    const outcomes = await Promise.allSettled(people);
    const refused = outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(9);
    for (const reason of refused) expect(reason).toBeInstanceOf(ServiceUnavailable);
    expect(await lines.run('a', () => Promise.resolve('free again'))).toBe('free again');
  });
});
