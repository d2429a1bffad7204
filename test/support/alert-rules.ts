import { readFileSync } from 'node:fs';

interface AlertRule {
  readonly name: string;
  readonly expr: string;
  readonly severity: string;
  readonly summary: string;
  readonly runbook: string;
}

const RULE = /^ {6}- (?:alert|record): (?<name>\S+)\n {8}expr: (?<expr>.+)\n(?<rest>(?: {8}.+\n)*)/gm;

/** Every expression of the rules file, recorded ones too. The file is ours and has one form, so no YAML parser is needed. */
export function ruleExpressions(): string[] {
  return [...rulesText().matchAll(RULE)].map(({ groups }) => groups?.['expr'] ?? '');
}

export function alertRules(): AlertRule[] {
  return [...rulesText().matchAll(RULE)].flatMap(({ groups }) => {
    const { name = '', expr = '', rest = '' } = groups ?? {};
    const member = (pattern: RegExp) => pattern.exec(rest)?.[1]?.replace(/^'|'$/g, '') ?? '';
    const rule = {
      name,
      expr,
      severity: member(/severity: (\w+)/),
      summary: member(/summary: (.+)/),
      runbook: member(/runbook: (\S+)/),
    };
    return rule.severity === '' ? [] : [rule];
  });
}

function rulesText(): string {
  const text = readFileSync('deploy/monitoring/prometheus/alerts.yml', 'utf8');
  const rules = text.match(/- (?:alert|record):/g)?.length;
  const found = [...text.matchAll(RULE)].length;
  if (rules !== found) throw new Error(`${String(rules)} rules, ${found} of them in the usual form`);
  return text;
}
