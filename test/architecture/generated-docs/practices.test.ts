import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAsvs, readBaseline, readGaps, readRequirements } from '../../evidence/lists.ts';
import { readMarks } from '../../evidence/marks.ts';

const { practices, owaspApi } = readRequirements();
const { controls, titles, empty } = readMarks();
const gaps = readGaps();
const known = new Set(practices.flatMap(({ requirements }) => requirements.map(({ id }) => id)));
const { items, answers } = readAsvs();

describe('A8.2 the lists', () => {
  it('are 36 practices, ten risks and what of ASVS applies', () => {
    expect(practices.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 15 }, (_, index) => `A${index + 1}`),
      ...Array.from({ length: 20 }, (_, index) => `B${index + 1}`),
      'PT',
    ]);
    expect(known.size).toBe(171);
    expect(owaspApi).toHaveLength(10);
    expect(items).toHaveLength(301);
  });

  it('know every row that answers a risk', () => {
    const rows = new Set([...known, ...practices.map(({ id }) => id)]);
    expect(owaspApi.flatMap(({ covers }) => covers).filter((id) => !rows.has(id))).toEqual([]);
  });
});

describe('A8.2 an id', () => {
  it('is found on many symbols and in many titles', () => {
    expect(controls.length).toBeGreaterThan(200);
    expect(titles.length).toBeGreaterThan(700);
  });

  it('is one of the list wherever it stands', () => {
    const unknown = [...controls, ...titles].filter(({ id }) => !known.has(id));
    expect(unknown.map(({ id, file }) => `${id} in ${file}`)).toEqual([]);
    expect(empty).toEqual([]);
  });

  it('stands on a control and in the title of a test, or on neither', () => {
    const onControls = new Set(controls.map(({ id }) => id));
    const inTitles = new Set(titles.map(({ id }) => id));
    const half = [...known].filter((id) => onControls.has(id) !== inTitles.has(id));
    expect(half.map((id) => `${id} has ${onControls.has(id) ? 'no test' : 'no @control'}`)).toEqual([]);
  });

  it('that was proved is still built, and what is missing of it is said of nothing else', () => {
    const isBuilt = (id: string): boolean => [controls, titles].every((marks) => marks.some((mark) => mark.id === id));
    expect(readBaseline().filter((id) => !isBuilt(id))).toEqual([]);
    expect(Object.keys(gaps).filter((id) => !isBuilt(id))).toEqual([]);
  });
});

describe('B20.4 the answers to ASVS', () => {
  it('are one for each requirement that applies', () => {
    const ids = items.map(({ id }) => id);
    expect(ids.filter((id) => answers[id] === undefined)).toEqual([]);
    expect(Object.keys(answers).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('name tests and documents that there are', () => {
    const isThere = (reference: string): boolean => {
      const [file = '', words = ''] = reference.split('#');
      return existsSync(file) && (words === '' || readFileSync(file, 'utf8').includes(words));
    };
    const references = Object.values(answers).flatMap((answer) => {
      if ('by' in answer) return answer.by;
      return 'document' in answer ? [answer.document] : [];
    });
    expect(references.filter((reference) => !isThere(reference))).toEqual([]);
  });
});
