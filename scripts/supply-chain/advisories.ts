import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { bomSchema, makeBom } from './bom.ts';
import { EXCEPTIONS_FILE, findUnfitExceptions, parseExceptions } from './exceptions.ts';
import { fetchAdvisories } from './osv.ts';
import { advisoriesSchema, type Advisory, findVulnerabilities, type Vulnerability } from './remediation.ts';

const usage = `npm run advisories [-- --file advisories.json] [--sbom evidence/sbom.cdx.json] [--source https://api.osv.dev] [--save FILE]

Compares the bill of materials with what is known of holes, and ends with 1 when one is open for longer than docs/vulnerability-policy.md
allows: critical 48 hours, high 7 days, medium 30 days, low 90 days after its publication.
  --file     advisories in the format of OSV, from a file; otherwise they are fetched from --source
  --sbom     a bill of materials; otherwise that of the lockfile
  --save     writes what was fetched to a file`;

const options = {
  help: { type: 'boolean', default: false },
  file: { type: 'string' },
  sbom: { type: 'string' },
  source: { type: 'string', default: 'https://api.osv.dev' },
  save: { type: 'string' },
} as const;

/** @control A9.1 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(usage);
  const { components } = values.sbom === undefined ? makeBom(false) : bomSchema.parse(read(values.sbom));
  const advisories: readonly Advisory[] =
    values.file === undefined
      ? await fetchAdvisories(new URL(values.source), components)
      : advisoriesSchema.parse(read(values.file));
  if (values.save !== undefined) writeFileSync(values.save, JSON.stringify(advisories));
  const now = new Date();
  const exceptions = parseExceptions(readFileSync(EXCEPTIONS_FILE, 'utf8'));
  const found = findVulnerabilities(components, advisories, exceptions, now);
  found.forEach((one) => console.log(lineOf(one)));
  const problems = findUnfitExceptions(exceptions, now);
  const overdue = found.filter(({ state }) => state === 'overdue').length;
  console.log(
    `${components.length} packages, ${advisories.length} advisories, ${found.length} holes, ${overdue} overdue`,
  );
  if (overdue > 0) problems.unshift(`${overdue} holes are open for longer than the policy allows.`);
  if (problems.length > 0) throw new Failure(problems.join('\n'));
}

function read(file: string): unknown {
  if (!existsSync(file)) throw new Failure(`${file} is missing.`);
  return z.unknown().parse(JSON.parse(readFileSync(file, 'utf8')));
}

const lineOf = ({ state, severity, id, component, due }: Vulnerability): string =>
  `${state.padEnd(8)}  ${severity.padEnd(8)}  due ${due.toISOString().slice(0, 16)}Z  ${id}  ${component}`;

await runScript(main);
