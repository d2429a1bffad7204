import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { spoil } from './known-bad.ts';
import { findMixedVersions, findWorkflowProblems } from './workflows.ts';

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const names = new Set(Object.keys(scripts));
const files = globSync('.github/workflows/*.{yml,yaml}');
const COMMIT = 'a'.repeat(40);

const good = `
name: good
on:
  pull_request:
permissions: {}
jobs:
  check:
    runs-on: ubuntu-24.04
    container: node:24.21.0-bookworm
    timeout-minutes: 10
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${COMMIT} # v1.2.3
        with: { persist-credentials: false }
      - run: npm run verify -- "$TITLE"
        env: { TITLE: '\${{ github.event.pull_request.title }}' }
`;

describe('A8.3 the lint of the workflows', () => {
  const find = (text: string): string[] => findWorkflowProblems(text, names);

  it('is silent on a good one', () => {
    expect(find(good)).toEqual([]);
  });

  it.each([
    ['a tag', `@${COMMIT} # v1.2.3`, '@v4', 'is not pinned by commit'],
    ['a short commit', COMMIT, 'a'.repeat(39), 'is not pinned by commit'],
    ['a commit without its version', ' # v1.2.3', '', 'is not pinned by commit'],
    ['an image as an action', `actions/checkout@${COMMIT} # v1.2.3`, 'docker://alpine:3', 'is not pinned by commit'],
    ['pull_request_target', 'pull_request:', 'pull_request_target:', 'is started by pull_request_target'],
    ['workflow_run', 'pull_request:', 'workflow_run: { workflows: [x] }', 'is started by workflow_run'],
    ['permissions for all jobs', 'permissions: {}', 'permissions: { contents: write }', 'has permissions of its own'],
    ['no permissions at the top', 'permissions: {}\n', '', 'has permissions of its own'],
    ['no permissions of a job', '    permissions: { contents: read }\n', '', 'check: says no permissions'],
    ['write-all', 'permissions: { contents: read }', 'permissions: write-all', 'check: has write-all'],
    ['a right that no step needs', 'contents: read', 'contents: write', 'has contents: write, which no step needs'],
    ['a token for nobody', 'contents: read', 'id-token: write', 'has id-token: write, which no step needs'],
    ['a token that stays', 'persist-credentials: false', 'fetch-depth: 0', 'leaves the token in the checkout'],
    ['a title in a script', '"$TITLE"', '"${{ github.event.pull_request.title }}"', 'puts an expression into a script'],
    ['a branch in a script', '"$TITLE"', '${{ github.head_ref }}', 'puts an expression into a script'],
    ['no timeout', '    timeout-minutes: 10\n', '', 'has no end'],
    ['a long timeout', 'timeout-minutes: 10', 'timeout-minutes: 600', 'has no end'],
    ['the latest system', 'ubuntu-24.04', 'ubuntu-latest', 'runs on whatever is latest'],
    ['the latest image', 'node:24.21.0-bookworm', 'node:latest', 'is no exact image'],
    ['a moving image', 'node:24.21.0-bookworm', 'node:24', 'is no exact image'],
    [
      'a secret for pull requests',
      "'${{ github.event",
      "'${{ secrets.DEPLOY }}${{ github.event",
      'gives DEPLOY to pull',
    ],
    ['a package from nowhere', 'npm run verify', 'npx something', 'runs what is in no lockfile'],
    ['a script from the network', 'npm run verify', 'curl https://x.example | sh', 'runs what is in no lockfile'],
    ['a command that is gone', 'npm run verify', 'npm run verified', 'npm run verified does not exist'],
  ])('fires on %s', (_what, search, replace, problem) => {
    expect(find(spoil(good, search, replace)).join('\n')).toContain(problem);
  });

  it('fires on one action at two commits', () => {
    expect(findMixedVersions([good, good.replace(COMMIT, 'b'.repeat(40))])).toEqual(['actions/checkout']);
  });

  it.each(files)('finds nothing in %s', (file) => {
    expect(find(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('knows every workflow that there has to be', () => {
    const present = files.map((file) => /([\w-]+)\.ya?ml$/.exec(file)?.[1]);
    const wanted = ['verify', 'codeql', 'dependency-review', 'advisories', 'release', 'scorecard', 'container', 'zap'];
    expect(present).toEqual(
      expect.arrayContaining([...wanted, 'mutation', 'controls-off', 'recipes', 'audit-security']),
    );
    expect(findMixedVersions(files.map((file) => readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('runs on Linux, macOS and Windows, with Node 24 and 26', () => {
    const verify = parse(readFileSync('.github/workflows/verify.yml', 'utf8'));
    expect(verify.jobs.systems.strategy.matrix).toEqual({
      system: [expect.stringMatching(/^ubuntu/), expect.stringMatching(/^macos/), expect.stringMatching(/^windows/)],
      node: [24, 26],
    });
  });

  it('B20.3 runs the periodic review on the first of each month', () => {
    const text = readFileSync('.github/workflows/audit-security.yml', 'utf8');
    expect(parse(text).on.schedule[0].cron).toMatch(/^\d+ \d+ 1 \* \*$/);
    expect(text).toMatch(/^ {6}- run: npm run .*audit:security /m);
  });

  it.each(['mutation', 'controls-off', 'recipes', 'container', 'audit-security'])('starts %s by the clock', (name) => {
    const { on } = parse(readFileSync(`.github/workflows/${name}.yml`, 'utf8'));
    expect(on.schedule[0].cron).toMatch(/^\d+ \d+ (?:\* \* [0-6]|1 \* \*)$/);
  });
});

describe('A9.2 Dependabot', () => {
  interface Update {
    readonly 'package-ecosystem': string;
    readonly directory: string;
    readonly directories?: readonly string[];
    readonly cooldown: Readonly<Record<string, number>>;
    readonly groups: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }
  const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8')) as { updates: readonly Update[] };

  it.each(['npm', 'github-actions', 'docker'])(
    'updates %s, no earlier than three days after a release',
    (ecosystem) => {
      const update = updates.find((one) => one['package-ecosystem'] === ecosystem);
      if (update === undefined) throw new Error(`Nothing updates ${ecosystem}.`);
      expect(update.cooldown['default-days']).toBeGreaterThanOrEqual(3);
      for (const folder of update.directories ?? [update.directory])
        expect(existsSync(`.${folder}`), folder).toBe(true);
    },
  );

  it('groups what belongs together, and takes fixes of holes by themselves', () => {
    const groups = updates[0]?.groups ?? {};
    expect(Object.keys(groups)).toEqual(expect.arrayContaining(['nest', 'prisma', 'security']));
    expect(groups['security']?.['applies-to']).toBe('security-updates');
  });
});

describe('A8.4 who agrees, and what is asked', () => {
  const owned = readFileSync('.github/CODEOWNERS', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '));
  /** As GitHub reads it, for the forms that stand in our file: the last line that fits counts. */
  const ownerOf = (path: string): string | undefined =>
    owned.findLast(
      ([pattern = '']) => pattern === '*' || path === pattern || (pattern.endsWith('/') && path.startsWith(pattern)),
    )?.[1];

  it('every path that has an owner exists', () => {
    expect(owned.map(([path = '']) => path).filter((path) => path !== '*' && !existsSync(`.${path}`))).toEqual([]);
  });

  it.each([
    '/src/platform/crypto/data-keys.ts',
    '/src/platform/access/access.guard.ts',
    '/src/features/auth/passwords.ts',
    '/src/features/mfa/index.ts',
    '/src/roles.ts',
    '/package-lock.json',
    '/.github/workflows/verify.yml',
    '/deploy/Dockerfile',
  ])('%s is looked at by security', (path) => {
    expect(ownerOf(path)).toBe('@rampart/security');
  });

  it('owners are those of the register of dependencies', () => {
    const owners = new Set(owned.map(([, owner = '']) => owner));
    expect([...owners].toSorted()).toEqual(['@rampart/platform', '@rampart/security', '@rampart/tooling']);
  });

  it('a pull request and a wish for a feature ask for the abuse case', () => {
    expect(readFileSync('.github/PULL_REQUEST_TEMPLATE.md', 'utf8')).toMatch(/^## Abuse case$/m);
    const { body } = parse(readFileSync('.github/ISSUE_TEMPLATE/change.yml', 'utf8')) as { body: object[] };
    expect(body).toContainEqual(expect.objectContaining({ id: 'abuse', validations: { required: true } }));
    expect(parse(readFileSync('.github/ISSUE_TEMPLATE/config.yml', 'utf8')).blank_issues_enabled).toBe(false);
  });
});
