import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findUnfitExceptions, parseExceptions } from '../../scripts/supply-chain/exceptions.ts';
import { fetchAdvisories } from '../../scripts/supply-chain/osv.ts';
import {
  type Advisory,
  DEADLINES_H,
  findVulnerabilities,
  type Severity,
} from '../../scripts/supply-chain/remediation.ts';

const PUBLISHED = '2026-11-01T00:00:00Z';
const components = [
  { name: 'zod', version: '4.6.7' },
  { name: 'pino', version: '10.0.0-rc.1' },
];

function advisory(given: { severity?: string; name?: string; withdrawn?: string; events?: object[] } = {}): Advisory {
  const { severity = 'HIGH', name = 'zod', events = [{ introduced: '0' }, { fixed: '4.7.0' }], withdrawn } = given;
  return {
    id: 'GHSA-test',
    published: PUBLISHED,
    ...(withdrawn === undefined ? {} : { withdrawn }),
    affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ events }], versions: [] }],
    database_specific: { severity },
  };
}

const after = (hours: number): Date => new Date(Date.parse(PUBLISHED) + hours * 3_600_000);
const states = (one: Advisory, now: Date, until?: string) =>
  findVulnerabilities(
    components,
    [one],
    until === undefined ? [] : [{ finding: one.id, reason: 'not reachable from outside', owner: 'security', until }],
    now,
  ).map(({ state, severity }) => `${severity} ${state}`);

describe('A9.1 a hole in a package', () => {
  it.each([
    ['CRITICAL', 'critical', 48],
    ['HIGH', 'high', 7 * 24],
    ['MODERATE', 'medium', 30 * 24],
    ['LOW', 'low', 90 * 24],
    ['SOMETHING', 'critical', 48],
  ])('of severity %s is overdue after the hours of %s: %i', (severity, name, hours) => {
    expect(states(advisory({ severity }), after(hours))).toEqual([`${name} open`]);
    expect(states(advisory({ severity }), after(hours + 1 / 3600))).toEqual([`${name} overdue`]);
  });

  it('is as late as docs/vulnerability-policy.md says', () => {
    const policy = readFileSync('docs/vulnerability-policy.md', 'utf8');
    const hours = [...policy.matchAll(/^\| (critical|high|medium|low) +\| (\d+) (hours|days) /gm)].map(
      ([, severity, count, unit]) => [severity as Severity, Number(count) * (unit === 'days' ? 24 : 1)] as const,
    );
    expect(Object.fromEntries(hours)).toEqual(DEADLINES_H);
  });

  it.each([
    ['before it came in', [{ introduced: '4.6.8' }], false],
    ['where it came in', [{ introduced: '4.6.7' }], true],
    ['where it was closed', [{ introduced: '0' }, { fixed: '4.6.7' }], false],
    ['after the last that has it', [{ introduced: '0' }, { last_affected: '4.6.6' }], false],
    ['at the last that has it', [{ introduced: '0' }, { last_affected: '4.6.7' }], true],
    ['where it came back', [{ introduced: '0' }, { fixed: '4.0.0' }, { introduced: '4.6.0' }], true],
  ])('concerns a version %s: %j', (_where, events, isConcerned) => {
    expect(states(advisory({ events }), after(1))).toHaveLength(isConcerned ? 1 : 0);
  });

  it('concerns what comes before a release, and what nobody can order', () => {
    expect(
      states(advisory({ name: 'pino', events: [{ introduced: '0' }, { fixed: '10.0.0' }] }), after(1)),
    ).toHaveLength(1);
    const odd = [{ name: 'zod', version: 'four' }];
    expect(findVulnerabilities(odd, [advisory()], [], after(1))).toHaveLength(1);
  });

  it('concerns nobody when it was withdrawn, or is of another package', () => {
    expect(states(advisory({ withdrawn: PUBLISHED }), after(999))).toEqual([]);
    expect(states(advisory({ name: 'zodiac' }), after(999))).toEqual([]);
  });

  it('is excepted until a day', () => {
    expect(states(advisory(), after(24 * 8), '2026-11-09')).toEqual(['high excepted']);
    expect(states(advisory(), after(24 * 9), '2026-11-09')).toEqual(['high overdue']);
  });
});

describe('B20.2 exceptions', () => {
  const one = { finding: 'GHSA-test', reason: 'not reachable from outside', owner: 'security' };

  it.each([
    ['2026-11-25', 'GHSA-test: its exception ended on 2026-11-25'],
    ['2027-11-26', 'GHSA-test: its exception lasts longer than 180 days'],
  ])('until %s do not hold', (until, problem) => {
    expect(findUnfitExceptions([{ ...one, until }], new Date('2026-11-26T00:00:00Z'))).toEqual([problem]);
  });

  it('hold on their last day', () => {
    expect(findUnfitExceptions([{ ...one, until: '2026-11-26' }], new Date('2026-11-26T23:59:59Z'))).toEqual([]);
  });

  it.each([{ ...one }, { ...one, until: 'soon' }, { ...one, until: '2026-12-01', reason: 'because' }])(
    'need a day, an owner and a reason: %j',
    (given) => {
      expect(() => parseExceptions(JSON.stringify([given]))).toThrow(/invalid|too small/i);
    },
  );

  it('can be read in the house', () => {
    expect(parseExceptions(readFileSync('docs/exceptions.json', 'utf8'))).toBeInstanceOf(Array);
  });
});

describe('A9.1 npm run advisories', () => {
  async function command(file: string) {
    const args = ['scripts/supply-chain/advisories.ts', '--file', file];
    return promisify(execFile)(process.execPath, args).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (failure: unknown) => failure as { code: number; stdout: string },
    );
  }
  const write = (advisories: Advisory[]): string => {
    const file = join(mkdtempSync(join(tmpdir(), 'rampart-test-')), 'advisories.json');
    writeFileSync(file, JSON.stringify(advisories));
    return file;
  };

  it('ends with 1 when a hole of the lockfile is overdue, and with 0 when there is none', async () => {
    const old = { ...advisory({ events: [{ introduced: '0' }] }), published: '2020-01-01T00:00:00Z' };
    expect(await command(write([old]))).toMatchObject({ code: 1, stdout: expect.stringMatching(/overdue .*zod@/) });
    expect(await command(write([]))).toMatchObject({ code: 0 });
  });
});

describe('fetching advisories', () => {
  async function fetchFrom(batch: object) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end(JSON.stringify(request.url === '/v1/querybatch' ? batch : advisory()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return { advisories: await fetchAdvisories(new URL(`http://127.0.0.1:${port}`), components), asked };
    } finally {
      server.close();
    }
  }

  it('asks for every component, and for each advisory once', async () => {
    const { advisories, asked } = await fetchFrom({
      results: [{ vulns: [{ id: 'GHSA-test' }] }, { vulns: [{ id: 'GHSA-test' }] }],
    });
    expect(asked).toEqual(['/v1/querybatch', '/v1/vulns/GHSA-test']);
    expect(advisories).toEqual([advisory()]);
  });

  it.each([{ results: [{}] }, { results: [{}, { next_page_token: 'x' }] }])(
    'refuses half an answer: %j',
    async (batch) => {
      await expect(fetchFrom(batch)).rejects.toThrow('a part of what it was asked');
    },
  );
});
