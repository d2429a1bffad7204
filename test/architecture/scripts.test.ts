import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
const { scripts: commandLines } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(manifest);
const scripts = Object.keys(commandLines);
const commands = Object.entries(commandLines).flatMap(([name, command]) => {
  const file = /\bscripts\/\S+\.(?:mjs|ts)\b/.exec(command)?.[0];
  return file === undefined || file.endsWith('.json') ? [] : [{ name, file }];
});

it('finds the commands', () => {
  expect(commands.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['up', 'verify', 'test', 'db:migrate', 'token']),
  );
});

it.each(commands)('npm run $name says what it does with --help, and does nothing else', ({ name, file }) => {
  const text = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, '--help'], {
    encoding: 'utf8',
  });
  expect(text).toMatch(new RegExp(`^npm (?:run (?:-s )?)?${name}\\b.*\\n\\n\\S`));
});

/** They run before anything is installed, on whatever Node the host has. */
it.each(globSync('scripts/{*,bootstrap/*}.mjs'))('%s needs no package', (file) => {
  const imports = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?from '([^']+)'/gms)].map(
    ([, from]) => from,
  );
  expect(imports.filter((from) => !/^(?:node:|\.\.?\/.*\.mjs$)/.test(from ?? ''))).toEqual([]);
});

it('README.md has a row for every command, and each command once', () => {
  const [, table = ''] = /^## Commands\n(.*?)^## /ms.exec(readFileSync('README.md', 'utf8')) ?? [];
  const first = [...table.matchAll(/^\| (.*?) \| /gm)].map(([, cell = '']) => cell).join('\n');
  const named = [...first.matchAll(/`(?:npm (?:run )?(?:-s )?)?([\w:-]+)[^`]*`/g)].map(([, name]) => String(name));
  expect(named.toSorted()).toEqual(scripts.toSorted());
});
