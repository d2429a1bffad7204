import { defineConfig } from 'vitest/config';

/** Every answer is held to docs/openapi.json. */
const setupFiles = ['test/support/contract.setup.ts'];
const databaseSetup = 'test/support/global-setup.ts';

/** One project per kind of test; the last three start the test database. */
const projects = [
  { name: 'unit', include: ['src/**/*.spec.ts'] },
  { name: 'architecture', include: ['test/architecture/**/*.test.ts'] },
  { name: 'integration', include: ['test/integration/**/*.test.ts'], globalSetup: databaseSetup },
  { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup: databaseSetup, setupFiles },
  { name: 'attacks', include: ['test/attacks/**/*.test.ts'], globalSetup: databaseSetup, setupFiles },
];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // One process per worker runs all of its files: Nest, Prisma and the app's modules are loaded once.
    isolate: false,
    restoreMocks: true,
    hookTimeout: 60_000,
    testTimeout: 20_000,
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    projects: projects.map((test) => ({ extends: true, test })),
  },
});
