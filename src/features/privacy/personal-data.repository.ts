import { Injectable } from '@nestjs/common';
import { columns } from '../../platform/data-classes/index.js';
import { policies } from '../../platform/data-policy/index.js';
import { Database } from '../../platform/database/index.js';

type Rows = Awaited<ReturnType<Database['readRows']>>;

/** Columns that are shown to the person whom a row belongs to: all but what opens something. @control A11.2 B7.5 */
export function shownColumnsOf(model: string): string[] {
  return columns.filter((one) => one.model === model && one.dataClass !== 'secret').map(({ column }) => column);
}

/** The models whose rows belong to people, by data-policy.ts. */
export const personalModels: readonly string[] = [...policies]
  .filter(([, { person }]) => person !== undefined)
  .map(([model]) => model);

/** Everything that belongs to a person; of clinical rows those of the organization that asks. */
@Injectable()
export class PersonalDataRepository {
  constructor(private readonly database: Database) {}

  async collect(userId: string): Promise<Readonly<Record<string, Rows>>> {
    const found: Record<string, Rows> = {};
    for (const model of personalModels) found[model] = await this.rowsOf(model, userId);
    return found;
  }

  private async rowsOf(model: string, userId: string): Promise<Rows> {
    const person = policies.get(model)?.person;
    if (person === undefined) return [];
    const { by, through } = person;
    const ids = through === undefined ? [userId] : (await this.rowsOf(through, userId)).map(({ id }) => String(id));
    return this.database.readRows({ model, columns: shownColumnsOf(model), by, ids });
  }
}
