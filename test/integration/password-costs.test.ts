import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PasswordCosts } from '../../src/features/users/password-costs.js';
import { UsersRepository } from '../../src/features/users/users.repository.js';
import { newId, type PasswordHasher } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { openDatabase } from './open-database.ts';

let database: Database;
let users: UsersRepository;
beforeAll(async () => {
  database = await openDatabase();
  users = new UsersRepository(database);
});
afterAll(() => database.onApplicationShutdown());

async function addUser(passwordHash: string): Promise<void> {
  const id = newId();
  await database.client.user.create({ data: { id, email: `${id}@test.example`, displayName: 'Ada', passwordHash } });
}

/** Costs of this file's own: other files store hashes in the same database. */
const [cheap, dear] = ['m=77,t=1,p=1', 'm=7777,p=1,t=3'];
const phc = (cost: string, pepper = 'k1') => `${pepper}$argon2id$v=19$${cost}$c2FsdHNhbHRzYWx0c2Fs$aGFzaGhhc2g`;

describe('A1.3 what stored passwords cost', () => {
  it('is counted by the parameters alone, whatever pepper, salt and hash', async () => {
    await addUser(phc(cheap));
    await addUser(phc(cheap, 'k2'));
    await addUser(phc(dear));
    const counts = await users.countPasswordCosts();
    expect(counts.get(cheap)).toBe(2);
    expect(counts.get(dear)).toBe(1);
  });

  it.each(['', 'x', '$', '$$$$$$', "'; DROP TABLE x --", 'k1$2b$12$abc'])(
    'is counted even when a row holds no hash: "%s"',
    async (broken) => {
      await addUser(broken);
      const counts = await users.countPasswordCosts();
      expect(counts.get(cheap)).toBe(2);
      expect([...counts.values()].every((accounts) => accounts > 0)).toBe(true);
    },
  );
});

describe('A1.3 the hasher', () => {
  const learnCosts = vi.fn<PasswordHasher['learnCosts']>();
  const hasher = { learnCosts } as unknown as PasswordHasher;
  let costs: PasswordCosts;

  async function start(repository: UsersRepository): Promise<void> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    learnCosts.mockClear();
    costs = new PasswordCosts(repository, hasher);
    await costs.onApplicationBootstrap();
  }
  afterEach(() => {
    costs.onApplicationShutdown();
    vi.useRealTimers();
  });

  it('is told before the first request, and again every ten minutes until the end', async () => {
    await start(users);
    expect(learnCosts).toHaveBeenCalledExactlyOnceWith(await users.countPasswordCosts());
    vi.advanceTimersByTime(600_000);
    await vi.waitFor(() => expect(learnCosts).toHaveBeenCalledTimes(2));
    costs.onApplicationShutdown();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps what it knows when the database cannot be asked, and the start goes on', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const closed = await openDatabase();
    await closed.onApplicationShutdown();
    await start(new UsersRepository(closed));
    expect(learnCosts).not.toHaveBeenCalled();
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ err: expect.any(Error) }));
  });
});
