import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** The layers are files: a folder of its own for each test stands in for the checkout. */
describe('A5.4 reading a slice again', () => {
  class Mode extends configSlice('Mode', { NODE_ENV: z.string().optional() }) {}
  class Keys extends configSlice('Keys', { SIGNING_KEYS: secretText('What signs.') }) {
    static override productionProblems({ SIGNING_KEYS }: Keys['values']): readonly string[] {
      return SIGNING_KEYS.reveal() === 'weak' ? ['SIGNING_KEYS: too weak for production'] : [];
    }
  }

  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rampart-reread-'));
    mkdirSync(join(root, '.data'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, text: string): string {
    writeFileSync(join(root, path), text);
    return join(root, path);
  }
  const start = (process: Record<string, string>) => loadConfig([Mode, Keys], { root, process });
  const production = (file: string) => start({ NODE_ENV: 'production', SIGNING_KEYS_FILE: file });
  const keyOf = (slice: Keys) => slice.values.SIGNING_KEYS.reveal();

  it('gives what the file of NAME_FILE holds now, and leaves what was loaded', () => {
    const config = production(write('keys', 'one'));
    write('keys', 'two');
    expect(keyOf(config.reread(Keys))).toBe('two');
    expect(keyOf(config.get(Keys))).toBe('one');
  });

  it.each(['.env', '.data/dev.env'])('gives what %s holds now', (file) => {
    write(file, 'SIGNING_KEYS=one');
    const config = start({});
    write(file, 'SIGNING_KEYS=two');
    expect(keyOf(config.reread(Keys))).toBe('two');
  });

  it.each([
    ['has vanished', (file: string) => rmSync(file)],
    ['is empty', (file: string) => writeFileSync(file, '')],
    ['holds what production refuses', (file: string) => writeFileSync(file, 'weak')],
  ])('refuses a file that %s', (_what, change) => {
    const file = write('keys', 'one');
    const config = production(file);
    change(file);
    expect(() => config.reread(Keys)).toThrow(ConfigurationInvalid);
  });

  it('does not make a development secret that has vanished anew', () => {
    const config = start({});
    rmSync(join(root, '.data/dev.env'));
    expect(() => config.reread(Keys)).toThrow(/SIGNING_KEYS: is required/);
  });

  it('never takes a development key in production, even when the .env that says so has vanished', () => {
    const env = write('.env', `NODE_ENV=production\nSIGNING_KEYS_FILE=${write('keys', 'one')}\n`);
    const config = start({});
    write('.data/dev.env', 'SIGNING_KEYS=generated');
    rmSync(env);
    expect(() => config.reread(Keys)).toThrow(/SIGNING_KEYS: is required/);
  });

  it.each([
    ['the process gives it', { SIGNING_KEYS: 'one' }, true],
    ['the process gives it empty', { SIGNING_KEYS: '' }, false],
    ['a file gives it', {}, false],
  ])('knows that a value is fixed when %s: %o', (_who, process, isFixed) => {
    write('.env', 'SIGNING_KEYS=one');
    expect(start(process).isFixed('SIGNING_KEYS')).toBe(isFixed);
  });
});
