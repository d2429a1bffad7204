import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { makeEvidence, shortTable } from '../evidence/evidence.ts';
import { evidencePage } from '../evidence/page.ts';
import type { Outcome } from '../evidence/states.ts';
import { forgetRaised, neverRaised } from './raised-events.ts';

/**
 * Ends a run with one line that a person and a script can read: `N passed, N failed`, and the skipped ones by name above it. A
 * complete run also writes evidence/, and fails when a requirement that was proved before is not any more. @control A8.2 B20.4
 */
// eslint-disable-next-line import/no-default-export -- Vitest loads a reporter by its default export.
export default class ClosingLineReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
    forgetRaised();
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const outcomes = modules.flatMap(outcomesOf);
    // A file that could not be loaded, or whose set-up failed, counts as one failure besides the tests that it lost.
    let failed = errors.length + modules.filter((module) => module.errors().length > 0).length;
    for (const { state, name } of outcomes) if (state === 'skipped') console.log(`skipped: ${name}`);
    if (this.isComplete(modules)) failed += this.writeEvidence(outcomes) + this.checkEvents();
    failed += outcomes.filter(({ state }) => state === 'failed').length;
    const passed = outcomes.filter(({ state }) => state === 'passed').length;
    const skipped = outcomes.filter(({ state }) => state === 'skipped').length;
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
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

  /** How many events of the catalogue no test has brought about. */
  private checkEvents(): number {
    const missing = neverRaised();
    for (const name of missing) console.log(`${name} is in the catalogue of events, and no test has raised it.`);
    if (missing.length > 0) process.exitCode = 1;
    return missing.length;
  }

  /** How many requirements have lost their proof. */
  private writeEvidence(outcomes: readonly Outcome[]): number {
    const evidence = makeEvidence(outcomes, new Date());
    mkdirSync('evidence', { recursive: true });
    writeFileSync('evidence/evidence.json', `${JSON.stringify(evidence, null, 2)}\n`);
    writeFileSync('evidence/index.html', evidencePage(evidence));
    console.log(`\n${shortTable(evidence)}\n`);
    for (const id of evidence.lost) console.log(`${id} was proved (docs/practices/proved.json) and is not any more.`);
    if (evidence.lost.length > 0) process.exitCode = 1;
    return evidence.lost.length;
  }
}

function outcomesOf(module: TestModule): Outcome[] {
  return [...module.children.allTests()].map((test) => {
    const { state } = test.result();
    return { file: fileOf(module), name: test.fullName, state: state === 'pending' ? 'skipped' : state };
  });
}

function fileOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId).replaceAll('\\', '/');
}
