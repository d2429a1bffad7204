import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with one line that a person and a script can read: `N passed, N failed`, and the skipped ones by name above it. */
// eslint-disable-next-line import/no-default-export -- Vitest loads a reporter by its default export.
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that could not be loaded, or whose set-up failed, counts as one failure besides the tests that it lost.
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state] += 1;
        if (state === 'skipped') console.log(`skipped: ${test.fullName}`);
      }
    }
    const skipped = count.skipped + count.pending;
    console.log(`${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}
