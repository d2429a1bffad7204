import { expect, it } from 'vitest';
import { describeAccess } from './access-matrix.ts';
import { declaredRoutes } from '../../support/declared-routes.ts';
import { describeRoutes, ownersOfControllers } from './route-inventory.ts';

const routes = await declaredRoutes();

it('B18.1 docs/routes.md lists every route, as the code declares it', async () => {
  expect(routes.length).toBeGreaterThan(40);
  await expect(await describeRoutes(routes)).toMatchFileSnapshot('../../../docs/routes.md');
});

it('B18.1 every route has a folder that owns it', () => {
  const owners = ownersOfControllers();
  expect(routes.filter(({ controller }) => !owners.has(controller)).map(({ label }) => label)).toEqual([]);
});

it('A1.4 docs/access-matrix.md says who may do what, as the code has it', async () => {
  await expect(await describeAccess(routes)).toMatchFileSnapshot('../../../docs/access-matrix.md');
});
