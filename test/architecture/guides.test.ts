import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { configSlices } from '../../src/config.js';
import { loadConfig } from '../../src/platform/config/index.js';

const text = readFileSync('docs/recipes/deploy.md', 'utf8');
const written = parseEnv(/```ini\n(.*?)```/s.exec(text)?.[1] ?? '') as Record<string, string>;

/** What the commands of the page print: a symmetric key, and a set of signing keys. */
function madeAsItSays(): { key: string; signingKeys: string } {
  const commands = /```sh\n(node -e.*?)```/s.exec(text)?.[1] ?? '';
  const [key = '', signingKeys = ''] = execFileSync('bash', ['-e', '-c', commands]).toString().trim().split('\n');
  return { key, signingKeys };
}

function problemsOf(settings: Record<string, string>): string {
  try {
    loadConfig(configSlices, { root: `${tmpdir()}/no-such-checkout`, process: settings });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('A14.4 A2.2 docs/recipes/deploy.md', () => {
  it('has settings that production starts with, once the keys are made as it says', () => {
    const { key, signingKeys } = madeAsItSays();
    const made = { KEY_ENCRYPTION_KEYS: key, PASSWORD_PEPPER: key, SIGNING_KEYS: signingKeys };
    expect(problemsOf({ ...written, ...made })).toBe('');
    expect(problemsOf({ ...written, ...made, SIGNING_KEYS: '' })).toContain('SIGNING_KEYS');
    expect(problemsOf({ ...written, ...made, KEY_ENCRYPTION_KEYS: '' })).toContain('KEY_ENCRYPTION_KEYS');
  });

  it('leaves out nothing that production asks for', () => {
    const asked = [...problemsOf({ NODE_ENV: 'production' }).matchAll(/^ {2}- ([A-Z_]+):/gm)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(8);
    expect(Object.keys(written)).toEqual(expect.arrayContaining(asked));
  });
});

/** What a page tells people to run or call that is not there. */
function findFiction(page: string, known: { scripts: ReadonlySet<string>; routes: ReadonlySet<string> }): string[] {
  const scripts = [...page.matchAll(/npm run (?:-s )?([a-z][a-z:-]*[a-z])/g)].map(([, name]) => String(name));
  const routes = [...page.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`\s?]*)/g)].map(([, route]) => String(route));
  const isKnown = (route: string) => known.routes.has(route.replaceAll(/:(\w+)/g, '{$1}'));
  return [
    ...scripts.filter((name) => !known.scripts.has(name)).map((name) => `npm run ${name}`),
    ...routes.filter((route) => !isKnown(route)),
  ];
}

describe('A14.4 what the documents say to run and to call', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };
  const api = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { paths: Record<string, object> };
  const known = {
    scripts: new Set(Object.keys(manifest.scripts)),
    routes: new Set(
      Object.entries(api.paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
      ),
    ),
  };

  it('is told from what is not there', () => {
    const page =
      '`npm run nothing`, `GET /v1/nothing`, `npm run verify`, `GET /v1/patients/:id`, `DELETE /v1/patients`';
    expect(findFiction(page, known)).toEqual(['npm run nothing', 'GET /v1/nothing', 'DELETE /v1/patients']);
  });

  const pages = [...globSync('docs/{recipes,runbooks,client}/*.md'), 'docs/use-the-api.md', 'README.md', 'SECURITY.md'];
  it.each(pages)('is there: %s', (page) => {
    expect(findFiction(readFileSync(page, 'utf8'), known)).toEqual([]);
  });
});

describe('A14.3 docs/use-the-api.md', () => {
  const page = readFileSync('docs/use-the-api.md', 'utf8');

  it('names every host that a server listens on or talks to', () => {
    const settings = [...readFileSync('.env.example', 'utf8').matchAll(/^# ?([A-Z_]*(?:URL|HOST|ENDPOINT))=/gm)];
    expect(settings.length).toBeGreaterThan(8);
    for (const [, name] of settings) expect(page).toContain(`\`${String(name)}\``);
  });
});
