import { describe, expect, it } from 'vitest';
import { RECORD_KINDS } from '../../src/clinic/records/record-kinds.js';
import { encryptedColumns, type EncryptedColumn } from '../../src/platform/database/encrypted-columns.js';
import { roles } from '../../src/roles.js';
import { asOwner } from './open-database.ts';

async function labelsOf(type: string): Promise<string[]> {
  const rows = await asOwner<{ label: string }>(
    `SELECT e.enumlabel AS label FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
     WHERE t.typname = $1 ORDER BY e.enumsortorder`,
    [type],
  );
  return rows.map(({ label }) => label);
}

describe('names that stand in the code and in the database', () => {
  it('A1.4 the roles of src/roles.ts are those of the enum Role', async () => {
    expect(await labelsOf('Role')).toEqual(Object.keys(roles));
  });

  it('the kinds of records are those of the enum RecordKind', async () => {
    expect(await labelsOf('RecordKind')).toEqual([...RECORD_KINDS]);
  });

  const columns = Object.entries(encryptedColumns).flatMap(([model, options]) =>
    Object.entries<EncryptedColumn>(options).map(([name, { isJson }]) => [model, name, isJson ? 'jsonb' : 'text']),
  );

  it.each(columns)(
    'B10.1 the encrypted column %s.%s is %s without a limit or an index',
    async (model, column, type) => {
      const [found] = await asOwner(
        `SELECT format_type(a.atttypid, a.atttypmod) AS type,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey)) AS indexed
       FROM pg_attribute a WHERE a.attrelid = format('%I', $1::text)::regclass AND a.attname = $2`,
        [model, column],
      );
      expect(found).toEqual({ type, indexed: false });
    },
  );

  it('A1.4 every table with rows of an organization names it in each row', async () => {
    const rows = await asOwner<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'organizationId' AND is_nullable = 'NO'`,
    );
    const tenant = [
      'ApiKey',
      'BreakGlass',
      'CareAssignment',
      'IdempotencyKey',
      'IpRule',
      'MedicalRecord',
      'Membership',
      'OwnerProposal',
      'Patient',
      'Recertification',
      'Session',
    ];
    expect(rows.map(({ table }) => table).toSorted()).toEqual(tenant);
  });
});
