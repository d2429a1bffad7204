import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { findBomProblems, makeBom } from './bom.ts';

const usage = `npm run sbom [-- --production] [--output evidence/sbom.cdx.json]

Writes the bill of materials of the lockfile in the format of CycloneDX, after it has looked whether it is complete: every package
with its purl, its SHA-512 and its licence. Needs no network.
  --production   without what only development and tests need`;

/** @control A10.3 */
function main(): void {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      production: { type: 'boolean', default: false },
      output: { type: 'string', default: 'evidence/sbom.cdx.json' },
    },
  });
  if (values.help) return console.log(usage);
  const bom = makeBom(values.production);
  const problems = findBomProblems(bom);
  if (problems.length > 0) throw new Failure(`The bill of materials is not complete:\n${problems.join('\n')}`);
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${JSON.stringify(bom, null, 2)}\n`);
  console.log(`${bom.components.length} packages in ${values.output}`);
}

await runScript(main);
