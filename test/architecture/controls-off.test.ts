import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countMatches, takeOut } from '../../scripts/controls-off/edit.ts';
import { findDrift, PAGE, rowOf } from '../../scripts/controls-off/results-page.ts';
import { switches } from '../../scripts/controls-off/switches.ts';
import { readRequirements } from '../evidence/lists.ts';

const PIPELINE = 'src/platform/pipeline/pipeline.module.ts';

describe('A8.2 the table of npm run controls:off', () => {
  it.each(switches)('fits the code: $control', ({ file, tests, ...edit }) => {
    expect(existsSync(file) && countMatches(readFileSync(file, 'utf8'), edit), file).toBe(1);
    expect(tests.filter((test) => !existsSync(test))).toEqual([]);
  });

  it('names each control once, with ids of the list', () => {
    const names = switches.map(({ control }) => control);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const known = readRequirements().practices.flatMap(({ requirements }) => requirements.map(({ id }) => id));
    expect(switches.flatMap(({ ids }) => ids.split(' ')).filter((id) => !known.includes(id))).toEqual([]);
  });

  it('takes out every guard, interceptor, pipe and filter of the pipeline', () => {
    const module = readFileSync(PIPELINE, 'utf8');
    // The interceptors stand in a list of their own, within the list.
    const provided = module.match(/provide: APP_\w+, use(?:Class|Factory): \w+|^ {6}\w+,$/gm) ?? [];
    expect(provided.length).toBeGreaterThan(12);
    const taken = switches.filter(({ file }) => file === PIPELINE).map(({ search }) => search);
    expect(provided.filter((step) => !taken.some((search) => search.includes(step)))).toEqual([]);
  });

  it('takes out every hook that stands before the pipeline', () => {
    const hooks = readFileSync('src/platform/pipeline/server-hooks.ts', 'utf8');
    const [, body = ''] = /function installServerHooks[^{]*\{(.*?)\n\}/s.exec(hooks) ?? [];
    const steps = body
      .split('\n')
      .filter((line) => /^ {2}\S/.test(line) && !/^ {2}(?:\/\/|\}|server\.decorate)/.test(line));
    expect(steps.length).toBeGreaterThan(5);
    // CORS is not taken out but opened, which is worse.
    const searches = [
      ...switches.map(({ search }) => search),
      'await server.register(cors, corsOptions(config, events));',
    ];
    expect(steps.map((line) => line.trim()).filter((line) => !searches.includes(line))).toEqual([]);
  });
});

describe('A8.2 docs/controls-off.md', () => {
  const page = readFileSync(PAGE, 'utf8');

  it('has a row for every control that is taken out, and no other', () => {
    expect(findDrift(page, switches), 'npm run controls:off -- --page writes it anew').toEqual([]);
  });

  it('is out of date when a control comes, goes, or moves', () => {
    const [first, ...rest] = switches;
    if (first === undefined) throw new Error('There are no switches.');
    expect(findDrift(page, rest)).toEqual([`${first.control}: is out of date`]);
    expect(findDrift(page, [...switches, { ...first, control: 'a new one' }])).toEqual([
      'a new one: is not on the page',
    ]);
    expect(findDrift(page, [{ ...first, file: 'src/elsewhere.ts' }, ...rest])).toHaveLength(2);
    expect(rowOf(first)['taken out of']).toContain(first.file);
  });

  it('shows no control whose absence nobody noticed', () => {
    expect(page).not.toContain('**not noticed**');
  });
});

describe('taking out', () => {
  it('is no pattern', () => {
    expect(takeOut('a.b', { search: '.', replace: '$&' })).toBe('a$&b');
    expect(countMatches('a.b.c', { search: '.' })).toBe(2);
  });
});
