/** Which rules stop which fixture under fixtures/lint. */
export const banned: { title: string; rules: string[]; files: string[] }[] = [
  {
    title: 'no type is any',
    rules: ['typescript(no-explicit-any)'],
    files: ['src/features/bad/explicit-any.ts', 'test/explicit-any.ts'],
  },
  {
    title: 'no argument is any',
    rules: ['typescript(no-unsafe-argument)'],
    files: ['src/features/bad/unsafe-argument.ts'],
  },
  {
    title: 'no variable is any',
    rules: ['typescript(no-unsafe-assignment)'],
    files: ['src/features/bad/unsafe-assignment.ts'],
  },
  {
    title: 'nothing that is any is called',
    rules: ['typescript(no-unsafe-call)'],
    files: ['src/features/bad/unsafe-call.ts'],
  },
  {
    title: 'no member of any is read',
    rules: ['typescript(no-unsafe-member-access)'],
    files: ['src/features/bad/unsafe-member-access.ts'],
  },
  { title: 'no result is any', rules: ['typescript(no-unsafe-return)'], files: ['src/features/bad/unsafe-return.ts'] },
  {
    title: 'nothing is cast outside tests',
    rules: ['typescript(consistent-type-assertions)'],
    files: ['src/features/bad/cast.ts', 'src/features/bad/angle-cast.ts', 'scripts/cast.ts'],
  },
  {
    title: 'null is checked, not asserted away',
    rules: ['typescript(no-non-null-assertion)'],
    files: ['src/features/bad/non-null.ts'],
  },
  {
    title: 'no type error is silenced',
    rules: ['typescript(ban-ts-comment)'],
    files: ['src/features/bad/ts-ignore.ts'],
  },
  {
    title: 'nothing is exported as default',
    rules: ['import(no-default-export)'],
    files: ['src/features/bad/default-export.ts', 'test/default-export.ts'],
  },
  {
    title: 'no promise floats',
    rules: ['typescript(no-floating-promises)'],
    files: ['src/features/bad/floating-promise.ts'],
  },
  {
    title: 'a promise is not a condition',
    rules: ['typescript(no-misused-promises)'],
    files: ['src/features/bad/misused-promise.ts'],
  },
  {
    title: 'only promises are awaited',
    rules: ['typescript(await-thenable)'],
    files: ['src/features/bad/awaited-value.ts'],
  },
  {
    title: 'only errors are thrown',
    rules: ['typescript(only-throw-error)'],
    files: ['src/features/bad/thrown-text.ts'],
  },
  { title: 'equality is strict', rules: ['eslint(eqeqeq)'], files: ['src/features/bad/loose-equality.ts'] },
  { title: 'text is never run as code', rules: ['eslint(no-eval)'], files: ['src/features/bad/eval.ts'] },
  {
    title: 'a timer never runs text',
    rules: ['typescript(no-implied-eval)'],
    files: ['src/features/bad/implied-eval.ts'],
  },
  {
    title: 'no function is made of text',
    rules: ['typescript(no-implied-eval)'],
    files: ['src/features/bad/new-function.ts'],
  },
  {
    title: 'src writes to the log, not to the console',
    rules: ['eslint(no-console)'],
    files: ['src/features/bad/console.ts'],
  },
  { title: 'a file ends at 300 lines', rules: ['eslint(max-lines)'], files: ['src/features/bad/long-file.ts'] },
  { title: 'main.ts ends at 20 lines', rules: ['eslint(max-lines)'], files: ['src/main.ts'] },
  {
    title: 'a function ends at 40 lines',
    rules: ['eslint(max-lines-per-function)'],
    files: ['src/features/bad/long-function.ts'],
  },
  {
    title: 'a function takes at most ten ways',
    rules: ['eslint(complexity)'],
    files: ['src/features/bad/complex-function.ts'],
  },
  {
    title: 'no import leads back',
    rules: ['import(no-cycle)'],
    files: ['src/features/bad/cycle-left.ts', 'src/features/bad/cycle-right.ts'],
  },
  {
    title: 'no text reaches SQL unescaped',
    rules: ['eslint(no-restricted-properties)'],
    files: [
      'src/features/bad/query-raw-unsafe.ts',
      'src/features/bad/execute-raw-unsafe.ts',
      'src/platform/config/query-raw-unsafe.ts',
      'scripts/query-raw-unsafe.ts',
    ],
  },
  {
    title: 'no provider is circular',
    rules: ['eslint(no-restricted-imports)'],
    files: [
      'src/features/bad/forward-ref.ts',
      'src/clinic/bad/forward-ref.ts',
      'src/platform/bad/forward-ref.ts',
      'src/platform/outbound/forward-ref.ts',
    ],
  },
  {
    title: 'guards, interceptors, pipes and filters are registered in the pipeline only',
    rules: ['eslint(no-restricted-imports)'],
    files: [
      'src/features/bad/namespace-import.ts',
      'src/features/bad/use-filters.ts',
      'src/features/bad/use-guards.ts',
      'src/features/bad/use-interceptors.ts',
      'src/features/bad/use-pipes.ts',
      'src/clinic/bad/use-guards.ts',
      'src/platform/bad/use-guards.ts',
      'src/platform/outbound/use-guards.ts',
    ],
  },
  {
    title: 'limits are declared by class, and skipped nowhere',
    rules: ['eslint(no-restricted-imports)'],
    files: ['src/features/bad/skip-throttle.ts'],
  },
  {
    title: 'features and clinic throw AppError, never an HttpException',
    rules: ['eslint(no-restricted-imports)'],
    files: [
      'src/features/bad/http-exception.ts',
      'src/features/bad/not-found-exception.ts',
      'src/clinic/bad/http-exception.ts',
      'src/clinic/bad/not-found-exception.ts',
    ],
  },
  {
    title: 'no shell is started',
    rules: ['eslint(no-restricted-imports)'],
    files: [
      'src/features/bad/child-process.ts',
      'src/platform/bad/child-process.ts',
      'src/platform/bad/exec.ts',
      'src/platform/outbound/exec.ts',
    ],
  },
  {
    title: 'outgoing calls go through platform/outbound',
    rules: ['eslint(no-restricted-imports)'],
    files: ['src/features/bad/undici.ts', 'src/platform/bad/http-request.ts', 'src/platform/bad/undici.ts'],
  },
  {
    title: 'fetch is called in platform/outbound only',
    rules: ['eslint(no-restricted-globals)'],
    files: ['src/platform/bad/fetch.ts', 'src/platform/bad/global-fetch.ts'],
  },
  {
    title: 'process.env is read in platform/config only',
    rules: ['eslint(no-restricted-properties)', 'node(no-process-env)'],
    files: ['src/platform/bad/process-env.ts'],
  },
  {
    title: 'process.env is not taken out of process either',
    rules: ['eslint(no-restricted-properties)'],
    files: ['src/platform/bad/process-env-by-name.ts'],
  },
  {
    title: 'the environment is not imported either',
    rules: ['eslint(no-restricted-imports)'],
    files: ['src/features/bad/process-module.ts', 'src/platform/bad/process-module.ts'],
  },
];

/** Fixtures that do the same things where, or as, they may be done. */
export const clean = [
  'scripts/token.ts',
  'src/features/good/clock.ts',
  'src/features/good/good.module.ts',
  'src/features/good/good.service.ts',
  'src/platform/config/environment.ts',
  'src/platform/outbound/outbound.ts',
  'src/platform/pipeline/not-found.ts',
  'src/platform/pipeline/server.ts',
  'test/good.test.ts',
  'vitest.config.ts',
];
