import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { TokenForge } from '../support/forged-token.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Somebody who may not see a field asks for its value by the way: filters by it, sorts by it, searches in it, names it in
 * `?fields=`, or tries to set it, and looks at what comes back, how much, and in which order (API3:2023, CWE-203, CWE-213).
 */
const app = useApp();
const HIDDEN = ['phone', 'address', 'nationalId'] as const;
const INVENTED = ['pager', 'nickname', 'passwordHash'] as const;
let clinician: SignedIn;
/** The same clinician with a token that may not see contacts. */
let limited: Caller;
let patientId: string;

beforeAll(async () => {
  const organization = await TestOrganization.create(app());
  clinician = await organization.as('clinician');
  for (const phone of ['+442079460111', '+442079460112']) {
    patientId = String((await clinician.post('/v1/patients', { ...somePatient, phone })).body['id']);
  }
  const forge = new TokenForge(app(), clinician.accessToken ?? '');
  limited = new Caller(app(), forge.forge({ claims: { scope: 'patients:read patients:update' } }));
});

/** All of an answer that could differ, but the name that was sent. */
function told(answer: Answer, name: string): string {
  return JSON.stringify(visibleOf(answer)).replaceAll(name, '?');
}

describe('a hidden field', () => {
  it('B15.4 is told from a field that does not exist by nothing, when it is asked for', async () => {
    for (const url of ['/v1/patients', `/v1/patients/${patientId}`]) {
      const [phone, pager] = [await limited.get(`${url}?fields=phone`), await limited.get(`${url}?fields=pager`)];
      expectProblem(phone, 'validation-failed');
      expect(told(phone, 'phone')).toBe(told(pager, 'pager'));
    }
    // Whoever may see it asks for it.
    expect((await clinician.get(`/v1/patients/${patientId}?fields=phone`)).body).toEqual({ phone: '+442079460112' });
  });

  const parameter = fc.oneof(
    fc.constantFrom('sort', 'orderBy', 'order', 'filter', 'where', 'search', 'q', 'include', 'columns'),
    fc.constantFrom(...HIDDEN, ...HIDDEN.map((name) => `filter[${name}]`), ...HIDDEN.map((name) => `${name}[gte]`)),
  );
  const value = fc.oneof(
    fc.constantFrom('+442079460111', '+442079460112', '+4', somePatient.address, somePatient.nationalId),
    fc.constantFrom('phone', '-phone', 'phone:asc', 'address', 'nationalId', '{"phone":{"startsWith":"+44"}}'),
    fc.string({ maxLength: 20 }),
  );

  it('B15.4 shows by no filter, sort or search whether, how often or in which order a value is there', async () => {
    await fc.assert(
      fc.asyncProperty(parameter, value, async (name, guess) => {
        const query = `${encodeURIComponent(name)}=${encodeURIComponent(guess)}`;
        const answer = await limited.get(`/v1/patients?${query}`);
        expectProblem(answer, 'validation-failed');
        // The same as for a name that nobody has thought of: no row was looked at.
        expect(Object.values(brokenRules(answer))).toEqual(['unknown-field']);
        expect(visibleOf(answer)).toEqual(
          visibleOf(await limited.get(`/v1/patients?${encodeURIComponent(name)}=wrong`)),
        );
      }),
      { numRuns: 60 },
    );
  });

  const asked = fc.subarray([...HIDDEN, ...INVENTED, 'id', 'givenName', 'birthDate', '', ' id', 'careTeam.phone']);

  it('B15.3 shows by no ?fields= at all', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.boolean(), async (names, isList) => {
        const url = isList ? '/v1/patients' : `/v1/patients/${patientId}`;
        const answer = await limited.get(`${url}?fields=${encodeURIComponent(names.join())}`);
        expect(answer.text).not.toMatch(/\+442079460|St James|AB-1234567-C/);
        const isVisible = (name: string) => ['id', 'givenName', 'birthDate', 'nationalId'].includes(name);
        expect(answer.status).toBe(names.length > 0 && names.every(isVisible) ? 200 : 400);
      }),
      { numRuns: 60 },
    );
  });

  it('B15.2 is not set by who may not identify, whether the guess is right or wrong, the patient there or not', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000';
    const answers: Answer[] = [];
    for (const id of [patientId, nobody]) {
      for (const nationalId of [somePatient.nationalId, 'ZZ-7654321', null, 7]) {
        answers.push(await clinician.patch(`/v1/patients/${id}`, { nationalId, givenName: 'Mallory' }));
      }
    }
    for (const answer of answers) {
      expectProblem(answer, 'field-not-allowed');
      expect(brokenRules(answer)).toEqual({ '#/nationalId': 'field-not-allowed' });
    }
    expect(new Set(answers.map((answer) => told(answer, '-'))).size).toBe(1);
    expect((await clinician.get(`/v1/patients/${patientId}`)).body).toMatchObject({ givenName: 'Ada' });
  });
});
