import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StartRefused } from '../process/index.js';
import { integer, list, secretText } from './fields.js';
import { ConfigurationInvalid, loadConfig } from './load-config.js';
import { configSlice } from './slice.js';

class Runtime extends configSlice('Runtime', { NODE_ENV: z.enum(['production']) }) {}

class Postbox extends configSlice('Postbox', {
  POSTBOX_NAME: z.string({ error: 'is required: Who gets the letters.' }),
  POSTBOX_KEY: secretText('What opens it.'),
  POSTBOX_SLOTS: integer('How many letters fit.', { min: 1, max: 10, default: 3 }),
  POSTBOX_STREETS: list('Where it stands.').default([]),
}) {
  static override productionProblems({ POSTBOX_SLOTS }: Postbox['values']): readonly string[] {
    return POSTBOX_SLOTS < 2 ? ['POSTBOX_SLOTS: too few for production'] : [];
  }
}

/** Production reads no generated file, so nothing here touches the disk but for a `.env` that is not there. */
function load(process: Record<string, string>) {
  return loadConfig([Runtime, Postbox], {
    root: join(tmpdir(), 'no-such-checkout'),
    process: { NODE_ENV: 'production', ...process },
  });
}

const good = { POSTBOX_NAME: 'Ada', POSTBOX_KEY: 'opens-it' };

function problemsOf(process: Record<string, string>): string {
  try {
    load(process);
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('loading the settings', () => {
  it('gives the values, parsed, by the class of their slice', () => {
    const { values } = load({ ...good, POSTBOX_STREETS: ' a , ,b,' }).get(Postbox);
    expect(values).toMatchObject({ POSTBOX_NAME: 'Ada', POSTBOX_SLOTS: 3, POSTBOX_STREETS: ['a', 'b'] });
    expect(values.POSTBOX_KEY.reveal()).toBe('opens-it');
  });

  it('refuses to give a slice that was not loaded', () => {
    class Other extends configSlice('Other', {}) {}
    expect(() => load(good).get(Other)).toThrow(/Other/);
  });

  it('A7.5 reports every problem of every slice at once, with its name', () => {
    const message = problemsOf({ NODE_ENV: 'prod', POSTBOX_SLOTS: '99' });
    for (const name of ['NODE_ENV', 'POSTBOX_NAME', 'POSTBOX_KEY', 'POSTBOX_SLOTS']) expect(message).toContain(name);
    expect(message).toMatch(/4 problem/);
  });

  it('A7.5 ends the start with a message and no stack', () => {
    expect(new ConfigurationInvalid(['PORT: is taken'])).toBeInstanceOf(StartRefused);
  });

  it.each([
    ['zero of a range from one', '0'],
    ['one above the range', '11'],
    ['a negative number', '-1'],
    ['a fraction', '2.5'],
    ['a word', 'three'],
    ['a unit', '3s'],
    ['infinity', 'Infinity'],
    ['a number beyond doubles', '1e400'],
    ['NaN', 'NaN'],
    ['a list', '1,2'],
  ])('A7.5 refuses %s for a whole number', (_what, value) => {
    expect(problemsOf({ ...good, POSTBOX_SLOTS: value })).toContain('POSTBOX_SLOTS');
  });

  it('A7.5 applies what a slice refuses in production', () => {
    expect(problemsOf({ ...good, POSTBOX_SLOTS: '1' })).toContain('too few for production');
  });

  it('A5.3 does not print a secret, neither in a message nor as JSON of the settings', () => {
    const secret = { POSTBOX_KEY: 'hunter2-hunter2' };
    expect(problemsOf(secret)).not.toContain('hunter2');
    expect(JSON.stringify(load({ ...good, ...secret }).get(Postbox))).not.toContain('hunter2');
  });
});
