import { expect, it } from 'vitest';
import { configSlices } from '../../src/config.js';
import { describeSettings } from './env-example.ts';

it('.env.example lists every setting, as the code has it', async () => {
  const text = describeSettings(configSlices);
  expect(text).toContain('DATABASE_URL');
  await expect(text).toMatchFileSnapshot('../../.env.example');
});
