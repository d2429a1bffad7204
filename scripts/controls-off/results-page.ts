import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from '../bootstrap/child.mjs';
import { tableRows } from '../markdown-table.ts';
import type { Switch } from './switch.ts';

export const PAGE = 'docs/controls-off.md';
export const NOT_RUN = 'not run yet';
const LONGEST_NAME = 160;

type Row = Readonly<Record<string, string>>;

/** The first three columns: a result counts as long as they are the same. */
export function rowOf({ control, ids, file }: Switch): Row {
  const name = file.split('/').at(-1) ?? file;
  return { control, ids, 'taken out of': `[${name}](../${file})` };
}

const isSame = (one: Row, other: Row): boolean =>
  ['control', 'ids', 'taken out of'].every((column) => one[column] === other[column]);

/** Where the page and the table disagree, by names of controls. */
export function findDrift(page: string, switches: readonly Switch[]): string[] {
  const rows = tableRows(page);
  const wanted = switches.map(rowOf);
  return [
    ...wanted
      .filter((row) => !rows.some((one) => isSame(one, row)))
      .map((row) => `${row['control']}: is not on the page`),
    ...rows.filter((row) => !wanted.some((one) => isSame(one, row))).map((row) => `${row['control']}: is out of date`),
  ];
}

/** docs/controls-off.md: what every control's absence did when it was last tried. */
export class ResultsPage {
  private readonly switches: readonly Switch[];
  private readonly rows: Map<string, Row>;

  constructor(switches: readonly Switch[]) {
    this.switches = switches;
    const before = existsSync(PAGE) ? tableRows(readFileSync(PAGE, 'utf8')) : [];
    const unknown = { 'tests that failed': NOT_RUN, 'the first': '' };
    this.rows = new Map(
      switches.map((one) => {
        const row = rowOf(one);
        return [one.control, before.find((old) => isSame(old, row)) ?? { ...row, ...unknown }];
      }),
    );
  }

  knows({ control }: Switch): boolean {
    return this.rows.get(control)?.['tests that failed'] !== NOT_RUN;
  }

  note(one: Switch, failed: readonly string[]): void {
    const first = (failed[0] ?? '**not noticed**').slice(0, LONGEST_NAME);
    const cell = first.replaceAll('|', '\\|').replaceAll('<', '&lt;');
    this.rows.set(one.control, { ...rowOf(one), 'tests that failed': String(failed.length), 'the first': cell });
  }

  async write(): Promise<void> {
    const columns = ['control', 'ids', 'taken out of', 'tests that failed', 'the first'];
    const lines = this.switches.map(({ control }) => {
      const row = this.rows.get(control) ?? {};
      return `| ${columns.map((column) => row[column] ?? '').join(' | ')} |`;
    });
    const text = [
      '# What happens without a control',
      'Written by `npm run controls:off`, which takes out one control at a time in a copy of the working tree and runs the tests that have to notice. The last column names the first test that failed. The edits are in [scripts/controls-off](../scripts/controls-off/).',
      [`| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`, ...lines].join('\n'),
    ].join('\n\n');
    writeFileSync(PAGE, `${text}\n`);
    await run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', PAGE]);
  }
}
