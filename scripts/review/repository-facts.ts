import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { secretSetting, setting } from '../bootstrap/settings.mjs';
import { END_OF_LIFE_FILE, findEndedLines, linesInUse } from '../supply-chain/end-of-life.ts';
import { EXCEPTIONS_FILE, parseExceptions } from '../supply-chain/exceptions.ts';
import { packagesIn, parseLockfile } from '../supply-chain/lockfile.ts';
import type { Aged, Baseline, Certificate } from './evaluate.ts';

export const BASELINE_FILE = 'docs/review.json';
const baselineSchema = z.strictObject({
  acceptedAt: z.iso.date(),
  packages: z.array(z.string()),
  routes: z.array(z.string()),
  settings: z.record(z.string(), z.string()).optional(),
});
const read = (file: string): string => readFileSync(file, 'utf8');

/** What the checkout says. */
export function repositoryFacts(now: Date) {
  const compose = existsSync('deploy/compose.yaml') ? read('deploy/compose.yaml') : '';
  return {
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    packages: packagesIn(parseLockfile(read('package-lock.json'))),
    routes: routesIn(read('docs/routes.md')),
    dependencies: dependenciesSince(
      execFileSync('git', ['blame', '--line-porcelain', 'package.json'], { encoding: 'utf8' }),
    ),
    endedLines: findEndedLines(linesInUse(read('package.json'), compose), read(END_OF_LIFE_FILE), now),
    exceptions: parseExceptions(read(EXCEPTIONS_FILE)),
    baseline: readBaseline(),
  };
}

function readBaseline(): Baseline | undefined {
  return existsSync(BASELINE_FILE) ? baselineSchema.parse(JSON.parse(read(BASELINE_FILE))) : undefined;
}

/** With what each takes: a route that has become public is another route. */
function routesIn(document: string): string[] {
  const rows = document.matchAll(/^\| ([A-Z]+) +\| `([^`]+)` +\| \S+ +\| (\S+)/gm);
  return [...rows].map(([, method = '', path = '', access = '']) => `${method} ${path} ${access}`);
}

/** Since when this version stands in package.json: how long nobody has moved it. Needs the whole history. */
export function dependenciesSince(blame: string): Aged[] {
  return [...blame.matchAll(/^committer-time (\d+)$[^]*?^\t(.*)$/gm)].flatMap(([, seconds, line = '']) => {
    const [, name, version] = /^ {4}"([^"]+)": "(\d+\.\d+\.\d+[^"]*)",?$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name: `${name}@${version}`, since: new Date(Number(seconds) * 1000) }];
  });
}

const signingKeysSchema = z.object({
  keys: z.array(z.object({ kid: z.string(), nbf: z.number().optional(), exp: z.number().optional() })),
});

/** The keys that sign or will verify, by their own `nbf`; a key that does not say since when counts as unknown, thus as old. */
export function signingKeysSince(text: string | undefined, now: Date): Aged[] {
  if (text === undefined) return [];
  const { keys } = signingKeysSchema.parse(JSON.parse(text));
  const live = keys.filter(({ exp = Infinity }) => exp * 1000 > now.getTime());
  return live.map(({ kid, nbf = 0 }) => ({ name: kid, since: new Date(nbf * 1000) }));
}

export function settingsFacts(now: Date): { signingKeys: readonly Aged[]; certificates: readonly Certificate[] } {
  const names = (setting('WATCHED_CERTIFICATES') ?? '').split(',').filter((name) => name.trim() !== '');
  const certificates = names.map((name) => ({ name, until: new X509Certificate(read(name.trim())).validToDate }));
  // A developer's keys in .data/dev.env are made once and have no times: only those that somebody has set are judged.
  return { signingKeys: signingKeysSince(secretSetting('SIGNING_KEYS'), now), certificates };
}
