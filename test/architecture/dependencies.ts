/** The parts of package.json that name packages. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const NAME_COLUMN = 'Package';
const LICENCE_COLUMN = 'Licence';

interface Row {
  readonly name: string;
  readonly licence: string;
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Rows of every table that has the two columns; a package's name stands in backticks. */
function rowsIn(text: string): Row[] {
  let columns: string[] = [];
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) {
      columns = [];
      return [];
    }
    const cells = cellsOf(line);
    if (columns.length === 0) {
      columns = cells;
      return [];
    }
    const name = /^`([^`]+)`$/.exec(cells[columns.indexOf(NAME_COLUMN)] ?? '')?.[1];
    return name === undefined ? [] : [{ name, licence: cells[columns.indexOf(LICENCE_COLUMN)] ?? '' }];
  });
}

/**
 * Where docs/dependencies.md and package.json disagree, one line each. `licenceOf` gives the licence that the installed
 * package states, or undefined when there is no such package.
 */
export function findUnaccountedDependencies(
  manifest: Manifest,
  document: string,
  licenceOf: (name: string) => string | undefined,
): string[] {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const rows = rowsIn(document);
  const problems: string[] = [];
  for (const [name, version] of Object.entries(declared)) {
    if (!EXACT.test(version)) problems.push(`${name}: ${version} is not an exact version`);
    const count = rows.filter((row) => row.name === name).length;
    if (count !== 1) problems.push(`${name}: has ${count} rows`);
  }
  for (const { name, licence } of rows) {
    if (!Object.hasOwn(declared, name)) {
      problems.push(`${name}: is no direct dependency`);
      continue;
    }
    const stated = licenceOf(name);
    if (licence !== stated) problems.push(`${name}: the row says ${licence}, the package ${stated ?? 'is missing'}`);
  }
  return problems;
}
