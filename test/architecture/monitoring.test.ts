import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertRules } from '../support/alert-rules.ts';
import { dashboards } from '../support/dashboards.ts';
import { lacksTool } from '../support/tools.ts';

const folder = 'deploy/monitoring';
const cases = globSync(`${folder}/prometheus/*.test.yml`);
const caseText = cases.map((path) => readFileSync(path, 'utf8')).join('\n');
const rules = alertRules();
/** What the console names. */
const consolePages = globSync('src/**/{conditions,operators-report}.ts').flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(/runbook: '([\w-]+)'/g)].map(([, name]) => `docs/runbooks/${name}.md`),
);

// docs/recipes/operate.md says what is done here.
describe('B12.3 the alert rules', () => {
  it('are at least twenty, each with a name of its own', () => {
    expect(rules.length).toBeGreaterThanOrEqual(20);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });

  it.each(rules)('$name has a page that tells what to do', ({ runbook, severity, summary }) => {
    expect(existsSync(runbook), runbook).toBe(true);
    expect(readFileSync(runbook, 'utf8')).toMatch(/^# .+\n[^]+\n## Look\n[^]+\n## Do\n/);
    expect(['page', 'ticket', 'watchdog']).toContain(severity);
    expect(summary).not.toBe('');
  });

  it.each(rules.filter(({ severity }) => severity !== 'watchdog'))(
    '$name has a case in which it fires and one in which it is quiet',
    ({ name }) => {
      expect(caseText).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts: \\[\\]`));
      expect(caseText).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`));
    },
  );

  it('so has what the console shows', () => {
    expect(consolePages.length).toBeGreaterThan(5);
    expect(consolePages.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('no page is of no alert', () => {
    const named = new Set([...rules.map(({ runbook }) => runbook), ...consolePages]);
    expect(globSync('docs/runbooks/*.md').filter((path) => !named.has(path))).toEqual([]);
  });

  it.each(
    [
      'RampartErrorBudgetBurnsFast RampartErrorBudgetBurnsSlowly RampartManyUnauthenticated RampartManyForbidden RampartManyThrottled',
      'RampartManyServerErrors RampartTokenReuse RampartDecryptFails RampartAuditChainBroken RampartLogSilent RampartWatchdog',
      'RampartCertificateEndsIn21Days RampartCertificateEndsIn7Days RampartSigningKeysEndIn21Days RampartSigningKeysEndIn7Days',
      'RampartPoolSaturated RampartHashingSaturated RampartEventLoopLags RampartJobsFail RampartRedisAway RampartNotReady',
    ].flatMap((names) => names.split(' ')),
  )('PT.3 %s is one of them', (name) => {
    expect(rules.map((rule) => rule.name)).toContain(name);
  });
});

describe('PT.1 the dashboards', () => {
  it('are of health, security and capacity', () => {
    expect(
      dashboards()
        .map(({ uid }) => uid)
        .toSorted(),
    ).toEqual(['rampart-api-health', 'rampart-capacity', 'rampart-security']);
  });

  it.each(dashboards())(
    '$title asks the data source that is chosen, and says what each panel shows',
    ({ panels, templating }) => {
      expect(templating.list).toContainEqual(expect.objectContaining({ name: 'datasource', type: 'datasource' }));
      expect(panels.length).toBeGreaterThan(5);
      for (const { title, description, datasource, targets = [] } of panels) {
        expect(description, title).toBeTruthy();
        expect(targets.length, title).toBeGreaterThan(0);
        for (const one of [datasource, ...targets.map((target) => target.datasource)])
          expect(one?.uid, title).toBe('${datasource}');
      }
    },
  );
});

/** Runs it where its configuration names its files from. Throws with its words when it finds something. */
function run(tool: string, args: readonly string[], path: string): string {
  return execFileSync(tool, [...args, path.slice(dirname(path).length + 1)], {
    cwd: dirname(path),
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

describe('B12.3 with the tools of Prometheus', () => {
  it.skipIf(lacksTool('promtool')).each(cases)('%s holds', { timeout: 60_000 }, (path) => {
    expect(run('promtool', ['test', 'rules'], path)).toContain('SUCCESS');
  });

  it.skipIf(lacksTool('promtool'))('the configuration of Prometheus and its rules are valid', () => {
    expect(run('promtool', ['check', 'config'], `${folder}/prometheus/prometheus.yml`)).toContain('SUCCESS');
  });

  it.skipIf(lacksTool('amtool'))('the configuration of Alertmanager is valid', () => {
    expect(run('amtool', ['check-config'], `${folder}/alertmanager/alertmanager.yml`)).toContain('SUCCESS');
  });
});
