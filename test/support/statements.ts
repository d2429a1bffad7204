import pg from 'pg';
import { vi } from 'vitest';

/** What PostgreSQL is asked while `work` is done, by whomever: the texts of the statements that read or write rows. */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ answer: T; statements: string[] }> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  const answer = await work();
  const texts = query.mock.calls.map(([first]) => (first as unknown as { text?: string } | undefined)?.text ?? '');
  query.mockRestore();
  return { answer, statements: texts.filter((sql) => /SELECT|RETURNING|UPDATE|DELETE/.test(sql)) };
}
