import { afterEach, expect, it, vi } from 'vitest';
import { lacksTool } from '../support/tools.ts';

afterEach(() => vi.unstubAllEnvs());

it.each([
  { tool: 'node', ci: '', skipped: false },
  { tool: 'no-such-tool', ci: '', skipped: true },
  { tool: 'no-such-tool', ci: 'false', skipped: true },
  { tool: 'no-such-tool', ci: 'true', skipped: false },
])('a test that needs $tool is skipped with CI=$ci: $skipped', ({ tool, ci, skipped }) => {
  vi.stubEnv('CI', ci);
  expect(lacksTool(tool)).toBe(skipped);
});
