import { randomBytes } from 'node:crypto';
import { Failure, runScript } from '../../scripts/bootstrap/failure.mjs';
import { median } from './measure.ts';
import { built } from './steps.ts';

/**
 * What the encrypted columns cost the processor: a row with five of them, written and read, and a page of 100 such rows read.
 * The targets are times and not ratios, so they hold on a machine of its own alone; what the machine makes of one AES-256-GCM of
 * Node's stands beside them.
 */
const COLUMNS = ['nationalId', 'phone', 'address', 'note', 'reason'];
const TARGETS = { row: 40, page: 3000 };
const ROUNDS = 15;
const PASSES = 400;

type Crypto = typeof import('../../src/platform/crypto/index.js');
const { ColumnCipher, DataKey } = await built<Crypto>('platform/crypto/index.js');

const idOf = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const cipher = new ColumnCipher([new DataKey(idOf(0), null, randomBytes(32))]);
const text = '12 St James Square, London SW1Y 4LB';
const addressOf = (column: string, row: number) => ({ model: 'Patient', column, rowId: idOf(row) });

const encryptRow = (row: number) => COLUMNS.map((column) => cipher.encrypt(text, addressOf(column, row)));
const decryptRow = (stored: readonly string[], row: number) =>
  stored.map((value, index) => cipher.decrypt(value, addressOf(COLUMNS[index] ?? '', row)));

const page = Array.from({ length: 100 }, (_, row) => encryptRow(row));

/** Microseconds for one pass. */
function timeOf(passes: number, work: () => unknown): number {
  const start = performance.now();
  for (let pass = 0; pass < passes; pass += 1) work();
  return ((performance.now() - start) / passes) * 1000;
}

async function main(): Promise<void> {
  if (decryptRow(encryptRow(1), 1).some((value) => value !== text))
    throw new Failure('What was read is not what was written.');
  const rounds = Array.from({ length: ROUNDS }, () => ({
    row: timeOf(PASSES, () => decryptRow(encryptRow(1), 1)),
    page: timeOf(PASSES / 20, () => page.map(decryptRow)),
  }));
  const row = median(rounds.map((round) => round.row));
  const list = median(rounds.map((round) => round.page));
  console.log(`a row of five, written and read  ${row.toFixed(1).padStart(8)} us (target: under ${TARGETS.row})`);
  console.log(`100 rows of five, read           ${list.toFixed(0).padStart(8)} us (target: under ${TARGETS.page})`);
  if (row > TARGETS.row || list > TARGETS.page) throw new Failure('Missed.');
}

await runScript(main);
