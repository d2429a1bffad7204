import { z } from 'zod';

const entrySchema = z.object({
  version: z.string().optional(),
  name: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dev: z.boolean().optional(),
});

const lockfileSchema = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), entrySchema) });

export type Lockfile = z.infer<typeof lockfileSchema>;
type Entry = z.infer<typeof entrySchema>;

export function parseLockfile(text: string): Lockfile {
  return lockfileSchema.parse(JSON.parse(text));
}

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;
const ELSEWHERE = new URL('https://elsewhere.invalid');

/**
 * What makes a lockfile say less than "exactly this file, from the registry", one line each. Which registry is for whoever
 * installs to say: an address stands in no entry, or the same host in every one (an attacker's would be a second). @control A10.2
 */
export function findLockfileProblems({ lockfileVersion, packages }: Lockfile): string[] {
  const entries = installed(packages);
  const hosts = new Set(entries.map(([, { resolved }]) => resolved && hostOf(resolved)));
  return [
    ...(lockfileVersion === 3 ? [] : [`lockfileVersion is ${lockfileVersion}, not 3`]),
    ...(entries.length > 0 ? [] : ['there are no packages in it']),
    ...(hosts.size <= 1 ? [] : [`packages come from ${[...hosts].map((host) => host ?? 'no address').join(', ')}`]),
    ...entries.flatMap(([path, entry]) => problemsOf(entry, nameOf(path)).map((problem) => `${path}: ${problem}`)),
  ];
}

function problemsOf({ version = '', name, resolved, integrity = '', link, inBundle }: Entry, place: string): string[] {
  const checks: readonly (readonly [isFit: boolean, problem: string])[] = [
    [link !== true, 'is a link into the file system'],
    [inBundle !== true, 'came inside of another package, without a digest of its own'],
    [name === undefined || name === place, `is ${name} under another name`],
    [EXACT.test(version), `"${version}" is not an exact version`],
    [SHA512.test(integrity), 'has no SHA-512 digest'],
    [resolved === undefined || isPackageFile(resolved), `${resolved} is not a package file over https`],
  ];
  return checks.filter(([isFit]) => !isFit).map(([, problem]) => problem);
}

function isPackageFile(address: string): boolean {
  const { protocol, username, pathname } = URL.parse(address) ?? ELSEWHERE;
  return protocol === 'https:' && username === '' && pathname.endsWith('.tgz');
}

const hostOf = (address: string): string => (URL.parse(address) ?? ELSEWHERE).host;
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? path;

/** Without the entry of the product itself. */
function installed(packages: Lockfile['packages']): [string, Entry][] {
  return Object.entries(packages).filter(([path]) => path !== '');
}

/** Names of the packages that would run something when they are installed. */
export function scriptedPackages({ packages }: Lockfile): string[] {
  const scripted = installed(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  return [...new Set(scripted.map(([path]) => nameOf(path)))].toSorted();
}

/** `name@version` of every package. */
export function packagesIn({ packages }: Lockfile): string[] {
  const names = installed(packages).map(([path, { version }]) => `${nameOf(path)}@${version ?? ''}`);
  return [...new Set(names)].toSorted();
}
