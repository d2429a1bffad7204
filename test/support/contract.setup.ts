import { afterEach } from 'vitest';
import { takeFaults } from './contract.ts';

/** Fails the test that caused an answer which docs/openapi.json does not describe. */
afterEach(() => {
  const faults = takeFaults();
  if (faults.length > 0) throw new Error(`docs/openapi.json does not describe:\n${faults.join('\n')}`);
});
