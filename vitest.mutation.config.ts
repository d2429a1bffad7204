import { defineConfig } from 'vitest/config';

/** For Stryker: the unit tests as one project, without the reporters of a person. */
export default defineConfig({
  test: {
    pool: 'forks',
    include: ['src/**/*.spec.ts'],
    isolate: false,
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
