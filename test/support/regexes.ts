import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

export interface FoundRegex {
  /** File and line. */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
  /** Made by `RegExp()` of something that is no literal. */
  readonly isDynamic: boolean;
}

export function sourceFiles(root: string): string[] {
  return globSync(`${root}/**/*.ts`).filter((file) => !/\/generated\/|\.spec\.ts$/.test(file));
}

export function regexesIn(file: string): FoundRegex[] {
  return regexesOf(file, readFileSync(file, 'utf8'));
}

/** As the compiler reads them: a pattern within a comment or a string is none. */
export function regexesOf(file: string, text: string): FoundRegex[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: FoundRegex[] = [];
  const visit = (node: ts.Node): void => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
    const place = `${file}:${line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1), isDynamic: false });
    }
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(tree) === 'RegExp') {
      found.push({ place, source: '', flags: '', isDynamic: true });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}
