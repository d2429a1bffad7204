import { globSync, readFileSync } from 'node:fs';

interface Target {
  readonly expr: string;
  readonly datasource?: { readonly uid: string };
}

interface Dashboard {
  readonly path: string;
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly description?: string;
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly Target[];
  }[];
}

export function dashboards(): Dashboard[] {
  return globSync('deploy/monitoring/grafana/dashboards/*.json').map((path) => ({
    ...(JSON.parse(readFileSync(path, 'utf8')) as Omit<Dashboard, 'path'>),
    path,
  }));
}

/** Every query of every panel. */
export function dashboardExpressions(): string[] {
  return dashboards().flatMap(({ panels }) =>
    panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'))),
  );
}
