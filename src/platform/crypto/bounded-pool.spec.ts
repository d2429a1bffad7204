import { describe, expect, it, vi } from 'vitest';
import { BoundedPool } from './bounded-pool.js';

class Refused extends Error {}

const poolOf = (limit: number, queue: number) => new BoundedPool(limit, queue, () => new Refused());

/** Tasks that end when they are told to. */
function controlled() {
  const ends: (() => void)[] = [];
  const task = vi.fn<() => Promise<void>>(() => new Promise<void>((resolve) => ends.push(resolve)));
  return { task, finish: () => ends.shift()?.() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the bounded pool', () => {
  it('B6.5 runs no more than its limit at once', async () => {
    const pool = poolOf(2, 100);
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await settle();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 50 }, () => pool.run(task)));
    expect(most).toBe(2);
  });

  it('B6.5 lets the next in line begin when one ends, in order', async () => {
    const pool = poolOf(1, 2);
    const { task, finish } = controlled();
    const order: string[] = [];
    const runs = ['first', 'second', 'third'].map((name) => pool.run(task).then(() => order.push(name)));
    await settle();
    expect(task).toHaveBeenCalledTimes(1);
    finish();
    await settle();
    expect(task).toHaveBeenCalledTimes(2);
    finish();
    await settle();
    finish();
    await Promise.all(runs);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('B6.5 refuses at once what neither runs nor waits, and does not begin it', async () => {
    const pool = poolOf(1, 1);
    const { task, finish } = controlled();
    const running = pool.run(task);
    const waiting = pool.run(task);
    await expect(pool.run(task)).rejects.toThrow(Refused);
    finish();
    await settle();
    finish();
    await Promise.all([running, waiting]);
    expect(task).toHaveBeenCalledTimes(2);
  });

  it('B6.5 with no queue refuses whatever cannot begin', async () => {
    const pool = poolOf(1, 0);
    const { task, finish } = controlled();
    const running = pool.run(task);
    await expect(pool.run(task)).rejects.toThrow(Refused);
    finish();
    await running;
    await expect(pool.run(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it.each<[string, () => Promise<never>]>([
    ['is rejected', () => Promise.reject(new Error('failed'))],
    [
      'throws before it begins',
      () => {
        throw new Error('failed');
      },
    ],
  ])('B6.5 keeps no place for a task that %s', async (_how, task) => {
    const pool = poolOf(1, 0);
    for (let round = 0; round < 5; round += 1) await expect(pool.run(task)).rejects.toThrow('failed');
    await expect(pool.run(() => Promise.resolve('free'))).resolves.toBe('free');
  });

  it('B6.5 lets those that wait go on when the one before them fails', async () => {
    const pool = poolOf(1, 1);
    const failing = pool.run(() => Promise.reject(new Error('failed')));
    const waiting = pool.run(() => Promise.resolve('served'));
    await expect(failing).rejects.toThrow('failed');
    await expect(waiting).resolves.toBe('served');
  });
});
