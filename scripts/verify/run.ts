import { type Outcome, endOnSignals, run } from '../bootstrap/child.mjs';
import { runScript } from '../bootstrap/failure.mjs';
import { npm } from '../bootstrap/npm.mjs';
import { step } from '../bootstrap/progress.mjs';

/**
 * The gates: commands of package.json, so that whoever sees one fail can run it alone. Those of a group do not depend on
 * each other and run two at a time, the long ones first; a later group needs what an earlier one has made.
 */
const gates = [['build'], ['types', 'lint', 'db:check', 'format:check', 'unused', 'walls']];

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The second half of `npm run verify`, on Node 24 with the packages installed. */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log('Started by npm run verify: see npm run verify -- --help.');
  endOnSignals();
  const tallies: Tally[] = [];
  for (const group of gates) tallies.push(await runTwoAtATime(group));
  tallies.push(await runTests());
  const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0);
  const skipped = sum('skipped');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(sum('failed') === 0 ? 0 : 1);
}

async function runTwoAtATime(group: readonly string[]): Promise<Tally> {
  const waiting = [...group];
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const lane = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const isPassed = await passes(gate);
      tally[isPassed ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all([lane(), lane()]);
  return tally;
}

/** A gate that fails says what it has to say; the others still run. */
async function passes(script: string): Promise<boolean> {
  const { code, output } = await npmRun(script, { shown: false });
  if (code !== 0) console.log(`${output.trim()}\nnpm run ${script} failed with exit code ${code}.\n`);
  return code === 0;
}

/** The tests count one by one. A run that breaks off, or ends badly without a failed test, is a failure of its own. */
async function runTests(): Promise<Tally> {
  const { code, output } = await npmRun('test', { shown: true });
  // The last one: npm's own warnings may come behind it.
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  if (line === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const [passed = 0, failed = 0] = line.slice(1).map(Number);
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: Number(line[3] ?? 0) };
}

async function npmRun(script: string, options: { shown: boolean }): Promise<Outcome> {
  const { file, args } = npm('run', '--silent', script);
  return step(
    `npm run ${script}`,
    () => run(file, args, options),
    ({ code }) => code === 0,
  );
}

await runScript(main);
