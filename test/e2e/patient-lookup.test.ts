import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { whicheverVersion } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const app = useApp();
let organization: TestOrganization;
let receptionist: SignedIn;
let elsewhere: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  receptionist = await organization.as('receptionist');
  elsewhere = await (await TestOrganization.create(app())).as('receptionist');
});

const lookUp = (caller: SignedIn, nationalId: string) => caller.post('/v1/patients/lookup', { nationalId });

async function idsOf(caller: SignedIn, nationalId: string): Promise<string[]> {
  const { status, body } = await lookUp(caller, nationalId);
  expect(status).toBe(200);
  expect(body['nextCursor']).toBeNull();
  return (body['items'] as { id: string }[]).map(({ id }) => id);
}

/** A national id that nobody else has. */
const someNationalId = () => `QX-${newId().slice(-12)}-z`;

async function createWith(nationalId: string, caller = receptionist): Promise<string> {
  const { body } = await caller.post('/v1/patients', { ...somePatient, nationalId });
  return String(body['id']);
}

const indexOf = async (id: string) => {
  const [row] = await asOwner<{ index: Buffer }>(`SELECT "nationalIdIndex" AS index FROM "Patient" WHERE id = $1`, [
    id,
  ]);
  return row?.index.toString('hex');
};

describe('looking a patient up by national id', () => {
  it.each<[string, (nationalId: string) => string]>([
    ['as it was given', (nationalId) => nationalId],
    ['without grouping', (nationalId) => nationalId.replaceAll('-', '')],
    ['grouped in another way', (nationalId) => nationalId.replaceAll('-', ' . ')],
    ['in capitals', (nationalId) => nationalId.toUpperCase()],
  ])('B10.3 finds the one who has it, %s', async (_how, spelling) => {
    const nationalId = someNationalId();
    const id = await createWith(nationalId);
    await createWith(someNationalId());
    expect(await idsOf(receptionist, spelling(nationalId))).toEqual([id]);
  });

  it('B10.3 finds every entry of a person who has several', async () => {
    const nationalId = someNationalId();
    const ids = [await createWith(nationalId), await createWith(nationalId)];
    expect(await idsOf(receptionist, nationalId)).toEqual(ids);
  });

  it.each<[string, (nationalId: string) => string]>([
    ['the beginning', (nationalId) => nationalId.slice(0, -1)],
    ['the end', (nationalId) => nationalId.slice(1)],
    ['a pattern', () => '%%%%'],
    ['another one', () => someNationalId()],
    ['nothing but grouping', () => '----'],
  ])('B10.3 finds nobody by %s of it', async (_what, guess) => {
    const nationalId = someNationalId();
    await createWith(nationalId);
    expect(await idsOf(receptionist, guess(nationalId))).toEqual([]);
  });

  it('B10.3 goes with the value when it changes', async () => {
    const [before, after] = [someNationalId(), someNationalId()];
    const id = await createWith(before);
    await receptionist.patch(`/v1/patients/${id}`, { nationalId: after }, whicheverVersion);
    expect(await idsOf(receptionist, before)).toEqual([]);
    expect(await idsOf(receptionist, after)).toEqual([id]);
  });

  it('A1.4 B10.3 finds nobody of another organization, where the same value has another index', async () => {
    const nationalId = someNationalId();
    const [here, there] = [await createWith(nationalId), await createWith(nationalId, elsewhere)];
    expect(await idsOf(receptionist, nationalId)).toEqual([here]);
    expect(await idsOf(elsewhere, nationalId)).toEqual([there]);
    expect(await indexOf(here)).not.toBe(await indexOf(there));
  });

  it('B10.3 leaves in the table what is as long for every value', async () => {
    const indexes = await Promise.all([await createWith('ABCD'), await createWith('A'.repeat(32))].map(indexOf));
    for (const index of indexes) expect(index).toMatch(/^[0-9a-f]{64}$/);
  });

  it('B15.4 is for those alone who may see the number: it would tell the others', async () => {
    expectProblem(await lookUp(await organization.as('clinician'), someNationalId()), 'forbidden');
  });

  it('A1.4 finds for a patient nobody but themselves', async () => {
    const nationalId = someNationalId();
    await createWith(nationalId);
    const patient = await organization.as('patient');
    expect(await idsOf(patient, nationalId)).toEqual([]);
  });

  it('A3.1 refuses what no national id can be', async () => {
    expectProblem(await lookUp(receptionist, 'ab'), 'validation-failed');
  });
});
