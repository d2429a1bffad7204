import ts from 'typescript';

/** Packages whose exports are cryptography or make secrets. What is taken from them is a use. */
const SOURCES: Readonly<Record<string, string>> = {
  'node:crypto': '',
  crypto: '',
  'node:tls': 'tls.',
  jose: 'jose.',
  argon2: 'argon2.',
  otpauth: 'otpauth.',
  jsonwebtoken: 'jsonwebtoken.',
  bcrypt: 'bcrypt.',
  bcryptjs: 'bcryptjs.',
  'crypto-js': 'crypto-js.',
  'node-forge': 'node-forge.',
  koffi: 'koffi.',
};
const PREFIXES: readonly [RegExp, string][] = [
  [/^@simplewebauthn\/server/, 'webauthn.'],
  [/^@aws-sdk\/client-kms/, 'kms.'],
  [/^@noble\//, 'noble.'],
];

/** Their first argument names an algorithm. */
const WITH_ALGORITHM = new Set([
  'createHash',
  'createHmac',
  'createCipheriv',
  'createDecipheriv',
  'hkdfSync',
  'hkdf',
  'hash',
  'sign',
  'verify',
  'createSign',
  'createVerify',
  'generateKeyPairSync',
  'generateKeyPair',
  'getCiphers',
]);

/** Names that no file may mention, whatever it imports: algorithms, and doors to them. */
const BANNED =
  /^(?:md[245]|sha-?1|ripemd\w*|rc[24]|des(?:-\w+)*|3des|bf|blowfish|(?:id-)?aes-?\d+-?(?:ecb|cbc|cfb\d*|ofb|ctr)\w*|RSA-(?:SHA|MD)\w+|RS(?:256|384|512)|HS(?:256|384|512)|RSA1_5|RSA_PKCS1_PADDING|RSASSA-PKCS1-v1_5|none)$/i;

export interface Findings {
  /** As the inventory lists them, sorted, each once. */
  readonly uses: readonly string[];
  /** With their line. */
  readonly banned: readonly string[];
}

/** A namespace, a default export or a computed name hides what is used: `*` matches no row of the inventory. */
const HIDDEN = '*';

function prefixOf(module: string): string | undefined {
  if (Object.hasOwn(SOURCES, module)) return SOURCES[module];
  return PREFIXES.find(([pattern]) => pattern.test(module))?.[1];
}

/** Constants of the file whose value is text. */
function constantsOf(file: ts.SourceFile): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  for (const statement of file.statements.filter(ts.isVariableStatement)) {
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined && ts.isStringLiteralLike(initializer)) {
        constants.set(name.text, initializer.text);
      }
    }
  }
  return constants;
}

/** What an import takes, under the name that the file gives it. Classes of key objects are types of what functions make. */
function namesOf({ importClause: clause }: ts.ImportDeclaration, prefix: string): readonly [string, string][] {
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bindings = clause.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return [[HIDDEN, `${prefix}${HIDDEN}`]];
  return bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }): [string, string] => [name.text, `${prefix}${(propertyName ?? name).text}`]);
}

function importedNames(file: ts.SourceFile): ReadonlyMap<string, string> {
  return new Map(
    file.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
      const prefix = prefixOf((statement.moduleSpecifier as ts.StringLiteral).text);
      return prefix === undefined ? [] : namesOf(statement, prefix);
    }),
  );
}

/** `const { verify } = await import('@simplewebauthn/server')`, `require('crypto')`: what is taken, or `*`. */
function lateImport(node: ts.CallExpression): readonly string[] {
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  const [module] = node.arguments;
  if (!(isImport || isRequire) || module === undefined || !ts.isStringLiteralLike(module)) return [];
  const prefix = prefixOf(module.text);
  if (prefix === undefined) return [];
  const outer = ts.isAwaitExpression(node.parent) ? node.parent.parent : node.parent;
  if (!ts.isVariableDeclaration(outer) || !ts.isObjectBindingPattern(outer.name)) return [`${prefix}${HIDDEN}`];
  return outer.name.elements.map(({ name, propertyName }) => `${prefix}${(propertyName ?? name).getText()}`);
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** `createHash sha256` for a call of something that takes the name of an algorithm. */
function algorithmCall(
  { expression, arguments: [algorithm] }: ts.CallExpression,
  names: ReadonlyMap<string, string>,
  constants: ReadonlyMap<string, string>,
): string | undefined {
  const use = ts.isIdentifier(expression) ? names.get(expression.text) : undefined;
  if (use === undefined || !WITH_ALGORITHM.has(use)) return undefined;
  if (algorithm === undefined) return `${use} ${HIDDEN}`;
  if (ts.isStringLiteralLike(algorithm)) return `${use} ${algorithm.text}`;
  return `${use} ${(ts.isIdentifier(algorithm) ? constants.get(algorithm.text) : undefined) ?? HIDDEN}`;
}

/** Which primitives a file uses, and which of them nobody may. */
export function findCrypto(text: string): Findings {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const uses = new Set<string>();
  const constants = constantsOf(file);
  const names = importedNames(file);
  const nodes = [...nodesOf(file)];
  for (const call of nodes.filter(ts.isCallExpression)) {
    for (const use of lateImport(call)) uses.add(use);
    const use = algorithmCall(call, names, constants);
    if (use !== undefined) uses.add(use);
  }
  for (const { expression, name } of nodes.filter(ts.isPropertyAccessExpression)) {
    if (/^(?:globalThis\.|global\.)?crypto$/.test(expression.getText())) uses.add(`crypto.${name.text}`);
  }
  for (const use of names.values()) {
    if (![...uses].some((other) => other.startsWith(`${use} `))) uses.add(use);
  }
  const banned = nodes
    .filter((node) => ts.isStringLiteralLike(node) || ts.isIdentifier(node))
    .filter((node) => BANNED.test(node.text) && !isHarmless(node))
    .map((node) => `${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.text}`);
  return { uses: [...uses].toSorted(), banned };
}

/** `none` is a word like any other, unless it stands for an algorithm. */
function isHarmless(node: ts.Node & { readonly text: string }): boolean {
  if (node.text.toLowerCase() !== 'none') return false;
  const { parent } = node;
  return !(ts.isPropertyAssignment(parent) && /^alg/i.test(parent.name.getText()));
}
