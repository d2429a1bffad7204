import { beforeAll, describe, expect, it } from 'vitest';
import { PasskeyAssertions } from '../../src/features/passkeys/index.js';
import { useApp } from '../support/app.ts';
import { TestOrganization } from '../support/organization.ts';
import { challengeFor, flipLastBit, RELYING_PARTY, signInWith, somebodyWithPasskey } from '../support/passkeys.ts';
import { expectProblem } from '../support/problem.ts';
import type { Changes, VirtualAuthenticator } from '../support/virtual-authenticator.ts';

/** Somebody has copied the private key of an authenticator, and signs in beside its owner (WebAuthn §6.1.1: signature counters). */
const app = useApp(RELYING_PARTY);
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

const signInChallenge = () => challengeFor(app());
const signIn = (credential: unknown) => signInWith(app(), credential);
const personWithPasskey = (counter?: number) => somebodyWithPasskey(app(), organization, counter);

describe('A1.2 a copy of an authenticator', () => {
  const verify = async (authenticator: VirtualAuthenticator, changes: Changes) => {
    const credential = authenticator.get(await signInChallenge(), changes);
    return app()
      .get(PasskeyAssertions)
      .verify(credential as Parameters<PasskeyAssertions['verify']>[0]);
  };
  const copied = { code: 'invalid-passkey', context: { event: 'authn_passkey_clone' } };

  it.each([
    ['the same', 7],
    ['a lower one', 6],
    ['none', 0],
  ])('shows by a counter that is %s', async (_what, counter) => {
    const { authenticator, userId } = await personWithPasskey(5);
    await expect(verify(authenticator, { counter: 7 })).resolves.toEqual({ userId });
    await expect(verify(authenticator, { counter })).rejects.toMatchObject(copied);
    expectProblem(await signIn(authenticator.get(await signInChallenge(), { counter })), 'invalid-passkey');
    await expect(verify(authenticator, { counter: 8 })).resolves.toEqual({ userId });
  });

  it('does not show by a counter that nobody has signed', async () => {
    const { authenticator } = await personWithPasskey(5);
    const forged = { counter: 1, tamper: flipLastBit };
    await expect(verify(authenticator, forged)).rejects.toMatchObject({ context: { event: 'authn_login_fail' } });
  });

  it('A7.4 wins nothing at the same moment: of 20 answers with one counter one is taken', async () => {
    const { authenticator } = await personWithPasskey(5);
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => verify(authenticator, { counter: 6 })));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is not taken for one that does not count, like a synced passkey', async () => {
    const { authenticator, userId } = await personWithPasskey();
    for (const counter of [0, 0, 1]) await expect(verify(authenticator, { counter })).resolves.toEqual({ userId });
    await expect(verify(authenticator, { counter: 0 })).rejects.toMatchObject(copied);
  });

  it('shows when the counter has reached the end of its 32 bits', async () => {
    const { authenticator, userId } = await personWithPasskey(0xff_ff_ff_fe);
    await expect(verify(authenticator, { counter: 0xff_ff_ff_ff })).resolves.toEqual({ userId });
    await expect(verify(authenticator, { counter: 1 })).rejects.toMatchObject(copied);
  });
});
