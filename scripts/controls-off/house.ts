import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Not part of the house, or made by it. */
const LEFT_OUT = new Set(['node_modules', '.git', '.data', 'dist', 'evidence', 'coverage', 'reports', '.stryker-tmp']);

/**
 * Makes the folder a copy of the working tree, as it stands, with the packages of the house: whatever happens to the copy, the
 * house is not touched. Its test database is kept from run to run.
 */
export function copyHouse(copy: string): void {
  mkdirSync(copy, { recursive: true });
  for (const entry of readdirSync(copy)) {
    if (entry !== '.data') rmSync(join(copy, entry), { recursive: true });
  }
  for (const entry of readdirSync('.')) {
    if (!LEFT_OUT.has(entry)) cpSync(entry, join(copy, entry), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
}

/** Changes a file of the copy; the returned function puts it back. */
export function changeFile(copy: string, file: string, change: (text: string) => string): () => void {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, change(before));
  return () => writeFileSync(path, before);
}
