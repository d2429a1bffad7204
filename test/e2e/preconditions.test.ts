import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { whicheverVersion, type Answer, type Caller } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { asOwner } from '../integration/open-database.ts';

const app = useApp();
const STRONG = /^"[\x21\x23-\x7e]+"$/;
const NOBODY = '00000000-0000-4000-8000-000000000000';
let receptionist: SignedIn;
let clinician: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  const organization = await TestOrganization.create(app());
  [receptionist, clinician] = await Promise.all([organization.as('receptionist'), organization.as('clinician')]);
  stranger = await (await TestOrganization.create(app())).as('receptionist');
});

const etagOf = (answer: Answer) => String(answer.headers['etag']);
const urlOf = ({ body }: Answer) => `/v1/patients/${String(body['id'])}`;
const create = (caller: Caller = receptionist) => caller.post('/v1/patients', somePatient);
const change = (url: string, etag: string, givenName = 'Grace') =>
  receptionist.patch(url, { givenName }, { headers: { 'if-match': etag } });

describe('A7.4 the ETag of a patient', () => {
  it('is strong, and the same however the patient is come by', async () => {
    const created = await create();
    const etag = etagOf(created);
    expect(etag).toMatch(STRONG);
    expect(etagOf(await receptionist.get(urlOf(created)))).toBe(etag);
    expect(etagOf(await receptionist.get(`${urlOf(created)}?fields=givenName`))).toBe(etag);
    expect(etagOf(await receptionist.get(urlOf(created)))).toBe(etag);
  });

  it('is another one after each change, even within a millisecond and by a server whose clock is behind', async () => {
    const created = await create();
    const id = String(created.body['id']);
    const seen = new Set([etagOf(created)]);
    for (const at of ['now()', `now() - interval '1 hour'`, `'2000-01-01Z'`]) {
      await asOwner(`UPDATE "Patient" SET "givenName" = 'G', "updatedAt" = ${at} WHERE id = $1`, [id]);
      seen.add(etagOf(await receptionist.get(urlOf(created))));
    }
    expect(seen.size).toBe(4);
  });

  it('stays when a row is encrypted anew, which changes nothing that clients see', async () => {
    const created = await create();
    await asOwner(`UPDATE "Patient" SET "phone" = "phone" WHERE id = $1`, [created.body['id']]);
    expect(etagOf(await receptionist.get(urlOf(created)))).toBe(etagOf(created));
  });

  it('is on the answer to a change: of the version that there is now', async () => {
    const created = await create();
    const changed = await change(urlOf(created), etagOf(created));
    expect(changed.status).toBe(200);
    expect(etagOf(changed)).not.toBe(etagOf(created));
    expect((await change(urlOf(created), etagOf(changed), 'Mary')).status).toBe(200);
  });

  it('a record has one too', async () => {
    const patient = await create(clinician);
    const record = await clinician.post(`${urlOf(patient)}/records`, { kind: 'observation', note: '120/80' });
    expect(etagOf(record)).toMatch(STRONG);
    expect(etagOf(await clinician.get(`/v1/records/${String(record.body['id'])}`))).toBe(etagOf(record));
  });

  it('a list and an error have none', async () => {
    expect((await receptionist.get('/v1/patients')).headers).not.toHaveProperty('etag');
    expect((await receptionist.get(`/v1/patients/${NOBODY}`)).headers).not.toHaveProperty('etag');
  });
});

describe('A7.4 a change of a patient', () => {
  it('of a version that has changed since is a 412, and changes nothing', async () => {
    const created = await create();
    await change(urlOf(created), etagOf(created), 'First');
    expectProblem(await change(urlOf(created), etagOf(created), 'Second'), 'precondition-failed');
    const stale = { headers: { 'if-match': etagOf(created) } };
    expectProblem(await receptionist.delete(urlOf(created), stale), 'precondition-failed');
    expect((await receptionist.get(urlOf(created))).body['givenName']).toBe('First');
  });

  it('that says nothing about the version is a 428, and changes nothing', async () => {
    const created = await create();
    expectProblem(await receptionist.patch(urlOf(created), { givenName: 'X' }), 'precondition-required');
    expectProblem(await receptionist.delete(urlOf(created)), 'precondition-required');
    expect(etagOf(await receptionist.get(urlOf(created)))).toBe(etagOf(created));
  });

  it('of which twenty come at once happens once', async () => {
    const created = await create();
    const names = Array.from({ length: 20 }, (_, index) => `Name ${index}`);
    const answers = await Promise.all(names.map((name) => change(urlOf(created), etagOf(created), name)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 'precondition-failed');
    expect((await receptionist.get(urlOf(created))).body['givenName']).toBe(won[0]?.body['givenName']);
  });

  it.each([
    ['a weak tag', (etag: string) => `W/${etag}`],
    ['without quotes', (etag: string) => etag.replaceAll('"', '')],
    ['of another patient', (etag: string) => etag.replace(/[0-9a-f]{8}/, '00000000')],
    ['nothing', () => ''],
    ['a star in quotes', () => '"*"'],
    ['a star among tags', (etag: string) => `"x", *, ${etag.slice(0, -2)}"`],
    ['SQL', () => `" OR 1=1 --"`],
    ['a moment that is none', (etag: string) => etag.replace(/\..*"/, '.zzzzzzzzz"')],
    ['a thousand tags', () => Array.from({ length: 1000 }, () => '"x"').join(',')],
  ])('that names %s is a 412', async (_what, rewrite) => {
    const created = await create();
    expectProblem(await change(urlOf(created), rewrite(etagOf(created))), 'precondition-failed');
  });

  it.each([
    ['the tag among others', (etag: string) => `"other", ${etag}`],
    ['a star', () => '*'],
  ])('that names %s happens', async (_what, rewrite) => {
    const created = await create();
    expect((await change(urlOf(created), rewrite(etagOf(created)))).status).toBe(200);
  });

  it('of one that the caller may not see is a 404, whatever they say about its version', async () => {
    const created = await create();
    const seen = { headers: { 'if-match': etagOf(created) } };
    for (const options of [{}, seen, whicheverVersion]) {
      for (const url of [urlOf(created), `/v1/patients/${NOBODY}`]) {
        expectProblem(await stranger.patch(url, { givenName: 'X' }, options), 'not-found');
        expectProblem(await stranger.delete(url, options), 'not-found');
      }
    }
  });
});
