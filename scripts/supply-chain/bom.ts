import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { npm } from '../bootstrap/npm.mjs';

const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).default([]),
  licenses: z.array(z.unknown()).default([]),
});
export const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
  version: z.number(),
  metadata: z.looseObject({ timestamp: z.iso.datetime(), component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});

export type Bom = z.infer<typeof bomSchema>;
type BomComponent = z.infer<typeof componentSchema>;

/** Packages that say their licence in a file and not in their manifest. Read there, at these versions. */
const LICENCES_BY_FILE: ReadonlyMap<string, string> = new Map([
  ['passport-strategy@1.0.0', 'MIT'],
  ['pause@0.0.1', 'MIT'],
  ['seq-queue@0.0.5', 'MIT'],
]);

/** npm's own bill of materials of the lockfile; npm names the product after the folder it stands in. */
export function makeBom(isProduction: boolean): Bom {
  const omit = isProduction ? ['--omit=dev'] : [];
  const { file, args } = npm(
    'sbom',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
    '--package-lock-only',
    ...omit,
  );
  const output = execFileSync(file, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const bom = bomSchema.parse(JSON.parse(output));
  const { name } = z.object({ name: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));
  return {
    ...bom,
    metadata: { ...bom.metadata, component: { ...bom.metadata.component, name } },
    components: bom.components.map(withLicence),
  };
}

function withLicence(component: BomComponent): BomComponent {
  const id = LICENCES_BY_FILE.get(component['bom-ref']);
  return id === undefined ? component : { ...component, licenses: [{ license: { id } }] };
}

/** What is missing of the minimum elements: identity, digest and licence of each part, and how they hang together. */
export function findBomProblems({ metadata, components, dependencies }: Bom): string[] {
  const refs = new Set([metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const unknown = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref));
  return [
    ...(components.length > 0 ? [] : ['it has no components']),
    ...components.flatMap((component) => missingOf(component).map((what) => `${component['bom-ref']}: no ${what}`)),
    ...[...new Set(unknown)].map((ref) => `${ref}: is depended on and not a component`),
    ...[...refs].filter((ref) => !dependencies.some((one) => one.ref === ref)).map((ref) => `${ref}: no dependencies`),
  ];
}

function missingOf({ name, version, purl, hashes, licenses }: BomComponent): string[] {
  const address = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return [
    ...(purl === address ? [] : [`purl ${address}`]),
    ...(hashes.some(({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content)) ? [] : ['SHA-512']),
    ...(licenses.length > 0 ? [] : ['licence']),
  ];
}
