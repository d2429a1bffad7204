/**
 * The walls of the house: clinic -> features -> platform, through a folder's index.ts, no cycles.
 * Each rule has a fixture under test/architecture/fixtures/walls that proves that it fires. @control A7.1
 */
const GENERATED_CLIENT = '^src/platform/database/generated/';
const SPEC = '\\.spec\\.ts$';

/** `$1` is the folder of the importer (src/features/users), or the file itself when it stands in src. */
const enteredThroughIndex = (layer, thing) => ({
  name: `a-${thing}-is-entered-through-its-index`,
  comment: `What a ${thing} offers to others is what src/${layer}/<name>/index.ts exports; import that.`,
  severity: 'error',
  from: { path: '^(src/[^/]+/[^/]+|src/[^/]+)' },
  to: {
    path: `^src/${layer}/[^/]+/`,
    // The generated client has a wall of its own: prisma-stays-in-repositories.
    pathNot: ['^$1/', `^src/${layer}/[^/]+/index\\.ts$`, GENERATED_CLIENT],
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'platform-imports-only-platform',
      comment:
        'Mechanism knows no feature, no role table and no root file: hand it what it needs through a module option.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(?!platform/)' },
    },
    {
      name: 'only-app-module-imports-the-clinic',
      comment: 'The worked example must stay deletable in one command.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/clinic/', '^src/platform/', '^src/app\\.module\\.ts$'] },
      to: { path: '^src/clinic/' },
    },
    {
      name: 'roles-is-the-only-root-file-for-features',
      comment: 'Features and clinic are assembled by the root files and do not reach back into them.',
      severity: 'error',
      from: { path: '^src/(features|clinic)/' },
      to: { path: '^src/[^/]+$', pathNot: '^src/roles\\.ts$' },
    },
    enteredThroughIndex('features', 'feature'),
    enteredThroughIndex('clinic', 'clinic-folder'),
    enteredThroughIndex('platform', 'platform-slice'),
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other, if only for a type, are one module or miss a third.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'prisma-stays-in-repositories',
      comment: 'A query outside a repository escapes the tenant and ownership conditions. pg is the same door.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.repository\\.ts$', '^src/platform/database/'] },
      to: { path: ['(^|/)node_modules/(@prisma|prisma|pg)/', GENERATED_CLIENT] },
    },
    {
      name: 'fastify-stays-in-platform',
      comment: 'Features speak Nest; the HTTP server is a detail of the platform and of the two files that start it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/', '^src/(app\\.setup|main)\\.ts$'] },
      to: { path: '(^|/)node_modules/(fastify[^/]*|@fastify/[^/]+|@nestjs/platform-fastify)/' },
    },
    {
      name: 'src-imports-nothing-from-outside-src',
      comment: 'Tests, scripts and the seed use the product, never the other way round.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|prisma|deploy|docs)/' },
    },
    {
      name: 'src-imports-only-production-dependencies',
      comment: 'A development or undeclared package is missing, or another version, in production.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@types/' },
    },
    {
      name: 'no-unresolvable-imports',
      comment: 'An import that leads nowhere fails at run time, and hides from every other wall.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nothing imports is dead.',
      severity: 'error',
      from: { path: '^src/', orphan: true, pathNot: '\\.d\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', GENERATED_CLIENT] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
