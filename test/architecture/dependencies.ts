import { codeIn, tableRows } from '../../scripts/markdown-table.ts';

/** The parts of package.json that name packages. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const CLASSES = ['low', 'medium', 'high'];
const OWNERS = ['security', 'platform', 'tooling'];
const EXPLAINED = ['What for', 'Why this one', 'Risk'];

interface Row {
  readonly name: string;
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of every table that has the column; what it names stands in backticks. */
function rowsOf(text: string, column: string): Row[] {
  return tableRows(text).flatMap((cells) => {
    const name = codeIn(cells[column]);
    return name === undefined ? [] : [{ name, cells }];
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
  const rows = rowsOf(document, 'Package');
  const problems: string[] = [];
  for (const [name, version] of Object.entries(declared)) {
    if (!EXACT.test(version)) problems.push(`${name}: ${version} is not an exact version`);
    const count = rows.filter((row) => row.name === name).length;
    if (count !== 1) problems.push(`${name}: has ${count} rows`);
  }
  for (const row of rows) {
    if (!Object.hasOwn(declared, row.name)) {
      problems.push(`${row.name}: is no direct dependency`);
      continue;
    }
    problems.push(...faultsOf(row, licenceOf(row.name)).map((fault) => `${row.name}: ${fault}`));
  }
  return [...problems, ...findUnboundedComponents(document, rows)];
}

function faultsOf({ cells }: Row, stated: string | undefined): string[] {
  const { Licence: licence = '', Owner: owner = '', Class: risk = '' } = cells;
  return [
    ...(licence === stated ? [] : [`the row says ${licence}, the package ${stated ?? 'is missing'}`]),
    ...(OWNERS.includes(owner) ? [] : [`"${owner}" is no owner`]),
    ...(CLASSES.includes(risk) ? [] : [`"${risk}" is no class`]),
    ...EXPLAINED.filter((column) => !cells[column]).map((column) => `"${column}" is empty`),
  ];
}

/** A package of the class high, and only one of those, says what it is kept from. */
function findUnboundedComponents(document: string, rows: readonly Row[]): string[] {
  const risky = rowsOf(document, 'Component');
  const high = rows.filter(({ cells }) => cells['Class'] === 'high').map(({ name }) => name);
  return [
    ...high
      .filter((name) => !risky.some((row) => row.name === name && row.cells['Kept in bounds by']))
      .map((name) => `${name}: is of the class high, and nothing says what keeps it in bounds`),
    ...risky.filter(({ name }) => !high.includes(name)).map(({ name }) => `${name}: is not of the class high`),
  ];
}

const DANGEROUS: readonly (readonly [functionality: string, use: RegExp])[] = [
  ['native code', /(?:from |import\()'(?:argon2|koffi)'|process\.dlopen/],
  ['patterns made at run time', /new RegExp\(/],
  ['files are written', /\b(?:writeFile|appendFile|createWriteStream)(?:Sync)?\(/],
  ['SQL by hand', /\$(?:query|execute)Raw|Prisma\.(?:sql|raw)\b/],
  ['programs are started', /node:(?:child_process|cluster)/],
  ['code is evaluated', /\beval\(|new Function\(|node:vm\b|WebAssembly\./],
  ['objects are deserialized', /node:v8\b|deserialize\(/],
  ['modules are loaded by name', /\bimport\((?!')|createRequire\(/],
];

/** Where the list of dangerous functionality and the code disagree. `sources` is path -> text. */
export function findUnlistedDangers(document: string, sources: ReadonlyMap<string, string>): string[] {
  const listed = new Map(
    tableRows(document).flatMap(({ Functionality: name, Where: where = '', 'Kept in bounds by': bounds = '' }) =>
      name === undefined || bounds === '' ? [] : [[name, pathsIn(where)]],
    ),
  );
  return DANGEROUS.flatMap(([functionality, use]) => {
    const used = [...sources].filter(([, text]) => use.test(text)).map(([path]) => path);
    const paths = listed.get(functionality) ?? [];
    return [
      ...used.filter((path) => !paths.includes(path)).map((path) => `${path}: ${functionality}, which is not listed`),
      ...paths.filter((path) => !used.includes(path)).map((path) => `${path}: is listed for "${functionality}"`),
    ];
  });
}

const pathsIn = (cell: string): string[] => [...cell.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path);
