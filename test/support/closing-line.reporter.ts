import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { makeEvidence, shortTable } from '../evidence/evidence.ts';
import { findPageFaults } from '../evidence/page-check.ts';
import { evidencePage } from '../evidence/page.ts';
import { count, type Outcome } from '../evidence/states.ts';
import { forgetRaised, neverRaised } from './raised-events.ts';

/**
 * Ends a run with one line that a person and a script can read: `N passed, N failed`, and the skipped ones by name above it. A
 * complete run also writes evidence/, and fails when a requirement that was proved before is not any more, or when the page
 * says something else than the run has shown. @control A8.2 B20.4
 */
// eslint-disable-next-line import/no-default-export -- Vitest loads a reporter by its default export.
export default class ClosingLineReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
    forgetRaised();
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const unhandled = errors.map((): Outcome => ({ file: '', name: 'an error that no test caught', state: 'failed' }));
    const outcomes = [...modules.flatMap(outcomesOf), ...unhandled];
    for (const { state, name } of outcomes) if (state === 'skipped') console.log(`skipped: ${name}`);
    const lost = this.isComplete(modules) ? fail([...writeEvidence(outcomes), ...unraisedEvents()]) : 0;
    const { passed, failed, skipped } = count(outcomes);
    console.log(`${passed} passed, ${failed + lost} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }

  /** A part of the tests proves nothing about the whole. */
  private isComplete(modules: readonly TestModule[]): boolean {
    if (this.vitest?.config.testNamePattern !== undefined) return false;
    const run = new Set(modules.map(fileOf));
    const all = globSync(['src/**/*.spec.ts', 'test/**/*.test.ts'], {
      exclude: ['src/platform/database/generated/**', 'test/architecture/fixtures/**'],
    });
    return all.every((file) => run.has(file.replaceAll('\\', '/')));
  }
}

/** Of more than single tests: the run fails, and says how often. */
function fail(problems: readonly string[]): number {
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
  return problems.length;
}

function unraisedEvents(): string[] {
  return neverRaised().map((name) => `${name} is in the catalogue of events, and no test has raised it.`);
}

/** What has lost its proof, and what the page says wrongly: it is read back from where people find it. */
function writeEvidence(outcomes: readonly Outcome[]): string[] {
  const evidence = makeEvidence(outcomes, new Date());
  mkdirSync('evidence', { recursive: true });
  writeFileSync('evidence/evidence.json', `${JSON.stringify(evidence, null, 2)}\n`);
  writeFileSync('evidence/index.html', evidencePage(evidence));
  console.log(`\n${shortTable(evidence)}\n`);
  return [
    ...evidence.lost.map((id) => `${id} was proved (docs/practices/proved.json) and is not any more.`),
    ...findPageFaults(readFileSync('evidence/index.html', 'utf8'), outcomes).map(
      (fault) => `evidence/index.html ${fault}.`,
    ),
  ];
}

/** A file that could not be loaded, or whose set-up failed, counts as one failure besides the tests that it lost. */
function outcomesOf(module: TestModule): Outcome[] {
  const file = fileOf(module);
  const tests = [...module.children.allTests()].map((test): Outcome => {
    const { state } = test.result();
    return { file, name: test.fullName, state: state === 'pending' ? 'skipped' : state };
  });
  return module.errors().length === 0 ? tests : [...tests, { file, name: 'the set-up of the file', state: 'failed' }];
}

function fileOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId).replaceAll('\\', '/');
}
