import { expect, it } from 'vitest';
import { declaredRoutes } from '../../support/declared-routes.ts';
import { viewsOf } from '../../support/declared-fields.ts';
import { describeFields } from './field-access.ts';

const routes = await declaredRoutes();

it('B15.1 docs/field-access.md says who sees and sets which field, as the code has it', async () => {
  const text = await describeFields(routes);
  expect(viewsOf(routes).length).toBeGreaterThan(20);
  // example: begin
  expect(text).toMatch(/nationalId.*masked/);
  // example: end
  await expect(text).toMatchFileSnapshot('../../../docs/field-access.md');
});
