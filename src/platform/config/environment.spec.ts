import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completeDevelopmentSecrets } from './development-secrets.js';
import { readEnvironment } from './environment.js';

const SECRETS = ['DATABASE_URL', 'PASSWORD_PEPPER'];
const OWN_DATABASE = { DATABASE_URL: 'postgres://own/db' };

/** The layers are files: a folder of its own for each test stands in for the checkout. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rampart-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function read(process: Record<string, string | undefined> = {}) {
  return readEnvironment({ root, process, secretNames: SECRETS });
}

const devEnv = () => readFileSync(join(root, '.data/dev.env'), 'utf8');

describe('the layers of the environment', () => {
  it.each([
    ['the process over everything', { PORT: 'process' }, 'PORT=file', 'PORT=generated', 'process'],
    ['.env over the generated file', {}, 'PORT=file', 'PORT=generated', 'file'],
    ['the generated file over nothing', {}, '', 'PORT=generated', 'generated'],
    ['a process value that is empty counts as not set', { PORT: '' }, 'PORT=file', '', 'file'],
    ['a process value that is undefined counts as not set', { PORT: undefined }, 'PORT=file', '', 'file'],
    ['a process value that is blank counts as not set', { PORT: ' ' }, 'PORT=file', '', 'file'],
    ['a .env value that is empty counts as not set', {}, 'PORT=', 'PORT=generated', 'generated'],
    ['a quoted empty value counts as not set', {}, 'PORT=""', 'PORT=generated', 'generated'],
  ])('A7.5 takes %s', (_rule, process, envFile, generated, expected) => {
    write('.env', `${envFile}\n`);
    write('.data/dev.env', `${generated}\n`);
    expect(read(process).environment['PORT']).toBe(expected);
  });

  it('leaves a variable that no layer sets absent', () => {
    expect(read({ PORT: '' }).environment).not.toHaveProperty('PORT');
  });

  it('takes the embedded database when nothing else is given', () => {
    write('.data/database.env', 'DATABASE_URL=embedded\nDATABASE_MIGRATION_URL=embedded-owner\n');
    expect(read().environment).toMatchObject({
      DATABASE_URL: 'embedded',
      DATABASE_MIGRATION_URL: 'embedded-owner',
    });
  });

  it.each(['process', '.env', 'DATABASE_URL_FILE'])(
    'never mixes a DATABASE_URL given by %s with the address of the embedded database',
    (by) => {
      write('.data/database.env', 'DATABASE_URL=embedded\nDATABASE_MIGRATION_URL=embedded-owner\n');
      if (by === '.env') write('.env', `DATABASE_URL=${OWN_DATABASE.DATABASE_URL}\n`);
      const byFile = { DATABASE_URL_FILE: write('url', OWN_DATABASE.DATABASE_URL) };
      const { environment } = read(by === 'process' ? OWN_DATABASE : by === '.env' ? {} : byFile);
      expect(environment['DATABASE_URL']).toBe(OWN_DATABASE.DATABASE_URL);
      expect(environment).not.toHaveProperty('DATABASE_MIGRATION_URL');
    },
  );
});

describe('NAME_FILE', () => {
  it.each([
    ['with a final line break', 'from-a-file\n'],
    ['with Windows line ends', 'from-a-file\r\n'],
    ['without one', 'from-a-file'],
  ])('A5.3 gives a secret its value from a file %s', (_form, content) => {
    const { environment, problems } = read({ ...OWN_DATABASE, PASSWORD_PEPPER_FILE: write('pepper', content) });
    expect(problems).toEqual([]);
    expect(environment['PASSWORD_PEPPER']).toBe('from-a-file');
  });

  it('A5.3 wins over the generated development secret', () => {
    write('.data/dev.env', 'PASSWORD_PEPPER=generated\n');
    expect(read({ PASSWORD_PEPPER_FILE: write('pepper', 'mine') }).environment['PASSWORD_PEPPER']).toBe('mine');
  });

  it('A5.3 refuses a secret that is given both ways, and names both', () => {
    const { problems } = read({ PASSWORD_PEPPER: 'direct', PASSWORD_PEPPER_FILE: write('pepper', 'by-file') });
    expect(problems).toEqual([expect.stringMatching(/PASSWORD_PEPPER\b.*PASSWORD_PEPPER_FILE/)]);
    expect(problems.join()).not.toMatch(/direct|by-file/);
  });

  it.each([
    ['that is not there', () => join(root, 'absent')],
    ['that is a folder', () => root],
    ['with a NUL in its name', () => 'a\0b'],
  ])('A5.3 refuses a file %s', (_reason, path) => {
    expect(read({ PASSWORD_PEPPER_FILE: path() }).problems).toEqual(['PASSWORD_PEPPER_FILE: the file cannot be read']);
  });

  it('is for secrets alone: any other NAME_FILE is left as it is', () => {
    const { environment } = read({ PORT_FILE: write('port', '1') });
    expect(environment).not.toHaveProperty('PORT');
  });

  it('counts as not given when it is empty', () => {
    const { environment, problems } = read({ PASSWORD_PEPPER: 'direct', PASSWORD_PEPPER_FILE: '' });
    expect(problems).toEqual([]);
    expect(environment['PASSWORD_PEPPER']).toBe('direct');
  });
});

describe('development secrets', () => {
  it('A5.3 are made once and then kept', () => {
    const first = read().environment;
    const second = read().environment;
    expect(first['PASSWORD_PEPPER']).toMatch(/^dev-/);
    expect(second).toEqual(first);
  });

  it('A5.3 differ between two installations', () => {
    const here = completeDevelopmentSecrets(join(root, 'a/dev.env'), {});
    const there = completeDevelopmentSecrets(join(root, 'b/dev.env'), {});
    for (const [name, value] of Object.entries(here)) expect(there[name]).not.toBe(value);
  });

  it('A5.3 lie in a file that only its owner may read', () => {
    read();
    expect(statSync(join(root, '.data/dev.env')).mode & 0o777).toBe(0o600);
  });

  it('A5.3 carry a mark by which production recognizes them', () => {
    const { KEY_ENCRYPTION_KEYS, PASSWORD_PEPPER, SIGNING_KEYS } = read().environment;
    expect(KEY_ENCRYPTION_KEYS).toMatch(/^dev-/);
    expect(PASSWORD_PEPPER).toMatch(/^dev-/);
    expect(JSON.parse(SIGNING_KEYS ?? '')).toMatchObject({ keys: [{ kid: expect.stringMatching(/^dev-/) }] });
  });

  it.each(['process', '.env'])('are not made for a secret that %s gives', (by) => {
    if (by === '.env') write('.env', 'PASSWORD_PEPPER=mine\n');
    const { environment } = read(by === 'process' ? { PASSWORD_PEPPER: 'mine' } : {});
    expect(environment['PASSWORD_PEPPER']).toBe('mine');
    expect(devEnv()).not.toContain('PASSWORD_PEPPER');
  });

  it('complete a file that has some of them, without changing those', () => {
    write('.data/dev.env', 'PASSWORD_PEPPER=kept\n');
    const { environment } = read();
    expect(environment['PASSWORD_PEPPER']).toBe('kept');
    expect(environment['SIGNING_KEYS']).toBeDefined();
    expect(devEnv().match(/PASSWORD_PEPPER/g)).toHaveLength(1);
  });

  it.each(['process', '.env'])('A7.5 are neither made nor read in production, which %s asks for', (by) => {
    write('.data/dev.env', 'PASSWORD_PEPPER=generated\n');
    write('.data/database.env', 'DATABASE_URL=embedded\n');
    if (by === '.env') write('.env', 'NODE_ENV=production\n');
    const { environment } = read(by === 'process' ? { NODE_ENV: 'production' } : {});
    expect(environment).toEqual({ NODE_ENV: 'production' });
    expect(devEnv()).toBe('PASSWORD_PEPPER=generated\n');
  });

  it.each(['prod', 'Production', 'staging'])(
    'A7.5 are neither made nor read for a NODE_ENV that is none: %s',
    (mode) => {
      write('.data/dev.env', 'PASSWORD_PEPPER=generated\n');
      expect(read({ NODE_ENV: mode }).environment).toEqual({ NODE_ENV: mode });
      expect(devEnv()).toBe('PASSWORD_PEPPER=generated\n');
    },
  );
});
