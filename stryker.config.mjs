/**
 * Mutation tests of what decides: guards, policies, token checks, cryptography, serializer. `npm run mutate`; with
 * `npm run mutate -- --mutate src/roles.ts` one file. Unit tests alone judge: they are quick, and what decides is pure.
 * @control A8.2
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'src/platform/access/{access.guard,access-token,authentication.guard,credential-places,network.guard,role-table,step-up,verified-tokens,api-key}.ts',
    'src/platform/crypto/{bounded-pool,column-cipher,local-keys,opaque-token,password-hasher,signing-key-set,symmetric-key}.ts',
    'src/platform/guessing/guess.policy.ts',
    'src/platform/networks/network.ts',
    'src/platform/outbound/destination.ts',
    'src/platform/passwords/evaluate-password.ts',
    'src/platform/pipeline/completeness.rules.ts',
    'src/platform/serialization/{masks,narrowing,projection,view-serializer.interceptor}.ts',
    'src/platform/validation/{constraints,settable-fields}.ts',
    'src/**/*.policy.ts',
  ],
  ignoreStatic: true,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  thresholds: { high: 90, low: 80, break: 80 },
  reporters: ['clear-text', 'json', 'html'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation.html' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
  // Everything that a copy needs to run unit tests and nothing else.
  ignorePatterns: ['.data', 'dist', 'evidence', 'reports', 'coverage', '.git'],
};
