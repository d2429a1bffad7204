import ts from 'typescript';

const MAX_PARAMETERS = 4;
/** What Nest injects into a class is a list of collaborators, not a signature anybody calls. */
const MAX_INJECTED = 8;

const isFunction = (node: ts.Node): node is ts.SignatureDeclaration & { body: ts.Node } =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;

function isInjectionList(node: ts.Node): boolean {
  return (
    ts.isConstructorDeclaration(node) && ts.canHaveDecorators(node.parent) && !!ts.getDecorators(node.parent)?.length
  );
}

/** Lines (from 1) at which a function takes more parameters than the house allows. oxlint's max-params can't tell an injection list. */
export function findLongParameterLists(text: string): number[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) {
      const count = node.parameters.filter(({ name }) => name.getText() !== 'this').length;
      if (count > (isInjectionList(node) ? MAX_INJECTED : MAX_PARAMETERS)) {
        lines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

const SUPPRESSION = /(?:oxlint|eslint)-disable/;
const EXPLAINED = /(?:oxlint|eslint)-disable(?:-next-line|-line)? [\w@/-]*\w(?:, [\w@/-]+)* -- \w/;

/** Lines (from 1) at which a lint rule is switched off without naming the rule and the reason. */
export function findUnexplainedSuppressions(text: string): number[] {
  return text
    .split('\n')
    .flatMap((line, index) => (SUPPRESSION.test(line) && !EXPLAINED.test(line) ? [index + 1] : []));
}

/** What platform/database offers to everybody. The rest of it is a way to send a query, and stays in repositories. */
const OPEN_TO_ALL = new Set(['DatabaseModule', 'DatabaseNotifications', 'NotifiedCache', 'UnitOfWork']);

function namesTaken(statement: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (!bindings || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return ['*'];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

/** Lines (from 1) at which a file takes a way to the database. dependency-cruiser sees files, and Prisma comes through an index.ts too. */
export function findDatabaseDoors(text: string): number[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
    .filter(({ moduleSpecifier }) => /platform\/database\//.test(moduleSpecifier?.getText() ?? ''))
    .filter((statement) => !namesTaken(statement).every((name) => OPEN_TO_ALL.has(name)))
    .map((statement) => file.getLineAndCharacterOfPosition(statement.getStart()).line + 1);
}

const SECRET = /(?:digest|mac|hash|secret|signature|password|pepper|otp)$/i;
const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);
/** Of bytes and of texts: each ends at the first difference. */
const COMPARING = /^(?:equals|compare|localeCompare|startsWith)$/;
/** What comes out of these is the same secret in another form. */
const SPELLING = /^(?:toString|slice|subarray|reveal|toLowerCase)$/;
const ASKS_WHETHER_THERE_IS_ONE = /^(?:undefined|null|true|false|''|""|\d+)$/;

/** What says which value it is: `row.secretHash`, `this.digest(key)`, `hash.digest('hex')`, `mac.toString('hex')`. */
function nameOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node)) {
    return SPELLING.test(node.name.text) ? nameOf(node.expression) : node.name.text;
  }
  if (ts.isElementAccessExpression(node)) return node.argumentExpression.getText().replaceAll(/['"`]/g, '');
  if (ts.isCallExpression(node) || ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node)) {
    return nameOf(node.expression);
  }
  return ts.isIdentifier(node) ? node.text : '';
}

function comparedBy(node: ts.Node): readonly ts.Expression[] {
  if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind)) return [node.left, node.right];
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  return COMPARING.test(node.expression.name.text) ? [node.expression.expression, ...node.arguments] : [];
}

/** Lines (from 1) at which a secret, or what is made of one, is compared in a time that tells how much of it is right (CWE-208). */
export function findLeakyComparisons(text: string): number[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    const compared = comparedBy(node);
    if (
      compared.some((side) => SECRET.test(nameOf(side))) &&
      !compared.some((side) => ASKS_WHETHER_THERE_IS_ONE.test(side.getText()))
    ) {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}
