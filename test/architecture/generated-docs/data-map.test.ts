import { expect, it } from 'vitest';
import { declaredRoutes } from '../../support/declared-routes.ts';
import { describeData } from './data-map.ts';

it('A11.1 A11.2 docs/data-map.md says what is kept, how, for how long and where it is shown, as the code has it', async () => {
  const text = await describeData(await declaredRoutes());
  // example: begin
  expect(text).toMatch(/`nationalId` +\| personal +\| encrypted .*PatientView/);
  // example: end
  await expect(text).toMatchFileSnapshot('../../../docs/data-map.md');
});
