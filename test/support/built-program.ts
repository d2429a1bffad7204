import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll } from 'vitest';

/** A program of src as one file that Node can run, for tests that need a process of their own to kill. */
export function useProgram(source: string): () => string {
  let folder: string | undefined;
  beforeAll(async () => {
    // Within the checkout, where its imports find their packages.
    folder = mkdtempSync(join('node_modules', '.rampart-test-'));
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: source,
        outDir: folder,
        minify: false,
        rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
      },
    });
  });
  afterAll(() => folder !== undefined && rmSync(folder, { recursive: true, force: true }));
  return () => join(folder ?? '', 'program.mjs');
}
