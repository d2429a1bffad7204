import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { StoppedClock } from '../support/clock.ts';
import { TestOrganization } from '../support/organization.ts';
import { commands, ran } from '../support/sign-in-commands.ts';
import { newModel, SignInWorld } from '../support/sign-in-world.ts';

// The longest life there may be: a run moves the clock by up to ten minutes.
const app = useApp({ ACCESS_TOKEN_TTL_S: '600' });
/** Of a walk through seventeen kinds of steps, the same every time. */
const SEED = 2;
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

async function walk(parameters: { readonly seed?: number; readonly numRuns: number }): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (steps) => {
      const clock = new StoppedClock(app());
      const member = await organization.addMember('receptionist');
      const stranger = await organization.addMember('clinician');
      await fc.asyncModelRun(
        () => ({ model: newModel(), real: new SignInWorld(app(), clock, member, stranger) }),
        steps,
      );
    }),
    parameters,
  );
}

/**
 * Whatever somebody does in whatever order: only what the model knows to be live works, and a step that is skipped or
 * repeated is refused by the catalogue and changes nothing. On failure fast-check prints seed and path.
 */
describe('A1.2 B13.3 signing in', () => {
  it('has no order of steps, of those that are walked every time, that leads past one of them', async () => {
    await walk({ seed: SEED, numRuns: 8 });
    // A model that runs nothing proves nothing: this one takes seventeen kinds of steps.
    expect(ran.size).toBeGreaterThan(15);
  });

  it('has none either in an order that nobody has chosen', async () => {
    await walk({ numRuns: 6 });
    expect(ran.size).toBeGreaterThan(0);
  });
});
