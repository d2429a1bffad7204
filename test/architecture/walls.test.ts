import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FIXTURES = join(import.meta.dirname, 'fixtures/walls');
const tsConfig = extractTSConfig(join(ROOT, 'tsconfig.json'));

/** The very configuration that `npm run walls` uses, pointed at another house. */
async function cruiseHouse(baseDir: string): Promise<ICruiseResult> {
  const options = await extractDepcruiseOptions(join(ROOT, '.dependency-cruiser.cjs'));
  const { output } = await cruise(['src'], { ...options, baseDir }, {}, { tsConfig });
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
  return output;
}

const outsideHouse = /^(?:\.\.\/)*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/;
const violationsIn = (result: ICruiseResult): string[] =>
  result.summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to.replace(outsideHouse, '$1')}`)
    .toSorted();

const walls: { title: string; rule: string; crossings: string[] }[] = [
  {
    title: 'the platform imports only the platform',
    rule: 'platform-imports-only-platform',
    crossings: [
      'src/platform/access/access.guard.ts -> src/features/users/index.ts',
      'src/platform/access/access.guard.ts -> src/roles.ts',
    ],
  },
  {
    title: 'only app.module.ts imports the clinic',
    rule: 'only-app-module-imports-the-clinic',
    crossings: [
      'src/app.setup.ts -> src/clinic/patients/index.ts',
      'src/features/users/users.service.ts -> src/clinic/patients/index.ts',
    ],
  },
  {
    title: 'features and clinic import no root file but roles.ts',
    rule: 'roles-is-the-only-root-file-for-features',
    crossings: [
      'src/clinic/patients/patients.service.ts -> src/app.setup.ts',
      'src/features/users/users.service.ts -> src/app.setup.ts',
    ],
  },
  {
    title: 'a feature is entered only through its index.ts',
    rule: 'a-feature-is-entered-through-its-index',
    crossings: [
      'src/app.module.ts -> src/features/users/users.service.ts',
      'src/clinic/patients/patients.service.ts -> src/features/users/users.service.ts',
      'src/features/auth/auth.service.ts -> src/features/users/users.service.ts',
    ],
  },
  {
    title: 'a clinic folder is entered only through its index.ts, also for a type',
    rule: 'a-clinic-folder-is-entered-through-its-index',
    crossings: [
      'src/app.module.ts -> src/clinic/patients/patients.service.ts',
      'src/clinic/records/records.service.ts -> src/clinic/patients/patients.service.ts',
    ],
  },
  {
    title: 'a platform slice is entered only through its index.ts',
    rule: 'a-platform-slice-is-entered-through-its-index',
    crossings: [
      'src/features/auth/auth.service.ts -> src/platform/crypto/digest.ts',
      'src/main.ts -> src/platform/crypto/digest.ts',
      'src/platform/audit/chain.ts -> src/platform/crypto/digest.ts',
    ],
  },
  {
    title: 'no module imports itself through another, not even for a type',
    rule: 'no-cycles',
    crossings: [
      'src/platform/audit/chain.ts -> src/platform/audit/link.ts',
      'src/platform/mail/letter.ts -> src/platform/mail/postman.ts',
    ],
  },
  {
    title: 'Prisma, the generated client and pg stay in repositories and platform/database',
    rule: 'prisma-stays-in-repositories',
    crossings: [
      'src/features/users/users.service.ts -> @prisma/client',
      'src/features/users/users.service.ts -> pg',
      'src/features/users/users.service.ts -> src/platform/database/generated/client.ts',
      'src/platform/audit/chain.ts -> src/platform/database/generated/client.ts',
    ],
  },
  {
    title: 'Fastify stays in the platform, main.ts and app.setup.ts',
    rule: 'fastify-stays-in-platform',
    crossings: [
      'src/clinic/patients/patients.controller.ts -> @nestjs/platform-fastify',
      'src/features/auth/auth.controller.ts -> @fastify/cors',
      'src/features/auth/auth.controller.ts -> fastify',
    ],
  },
  {
    title: 'src imports neither tests nor scripts nor the seed',
    rule: 'src-imports-nothing-from-outside-src',
    crossings: [
      'src/features/auth/auth.service.ts -> prisma/seed.ts',
      'src/features/auth/auth.service.ts -> scripts/token.ts',
      'src/features/auth/auth.service.ts -> test/support/login.ts',
    ],
  },
  {
    title: 'src imports only declared production dependencies',
    rule: 'src-imports-only-production-dependencies',
    crossings: ['src/features/auth/auth.service.ts -> fast-check', 'src/features/auth/auth.service.ts -> undici'],
  },
  {
    title: 'every import leads somewhere',
    rule: 'no-unresolvable-imports',
    crossings: [
      'src/features/auth/auth.service.ts -> ./gone.js',
      'src/features/auth/auth.service.ts -> left-the-registry',
    ],
  },
  {
    title: 'no file stands alone',
    rule: 'no-orphans',
    crossings: ['src/features/auth/forgotten.ts -> src/features/auth/forgotten.ts'],
  },
];

describe('A7.1 the walls of the house', () => {
  it.each(walls)('$title', async ({ rule, crossings }) => {
    const result = await cruiseHouse(join(FIXTURES, rule));
    expect(violationsIn(result)).toEqual(crossings.map((crossing) => `${rule}: ${crossing}`));
  });

  it('every wall has a fixture that proves that it fires', async () => {
    const options = await extractDepcruiseOptions(join(ROOT, '.dependency-cruiser.cjs'));
    const rules = (options.ruleSet?.forbidden ?? []).map(({ name }) => String(name)).toSorted();
    expect(walls.map(({ rule }) => rule).toSorted()).toEqual(rules);
    expect(readdirSync(FIXTURES).toSorted()).toEqual(rules);
  });

  it('the house itself crosses no wall', async () => {
    const result = await cruiseHouse(ROOT);
    const own = result.modules.filter(({ source }) => source.startsWith('src/') && !source.includes('/generated/'));
    expect(own.length, 'modules seen in src').toBeGreaterThan(0);
    expect(violationsIn(result)).toEqual([]);
  });
});
