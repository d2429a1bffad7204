import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const recipe = readFileSync(join(import.meta.dirname, '../../docs/recipes/rotate-data-keys.md'), 'utf8');
const commands = recipe.split('\n').filter((line) => line.startsWith('pg_dump'));

/** Not run here: the pg_dump of a distribution may be older than the server of the tests, and refuses it. */
describe('docs/recipes/rotate-data-keys.md', () => {
  it('B10.6 encrypts each dump before it reaches a disk', () => {
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toMatch(/ \| age -r "\$\w+" > \w+\.dump\.age$/);
  });

  it('B10.6 keeps keys out of the dump of rows, and gives them a recipient of their own', () => {
    const [rows = '', keys = ''] = commands;
    expect(rows).toContain(`--exclude-table-data='public."DataKey"'`);
    expect(keys).toContain(`--table='public."DataKey"'`);
    expect(new Set(commands.map((command) => /age -r "(\$\w+)"/.exec(command)?.[1])).size).toBe(2);
  });

  it('B10.6 says what encrypts the disks', () => {
    expect(recipe).toMatch(/^## Disks\n[^]*LUKS2/m);
  });
});
