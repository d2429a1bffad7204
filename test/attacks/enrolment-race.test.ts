import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { signIn, TestOrganization } from '../support/organization.ts';
import { totpCode } from '../support/second-factor.ts';

/**
 * A thief who has the password signs in at the very moment in which its owner confirms a second factor, to keep a session that
 * was never asked for it (CWE-362).
 */
const app = useApp();
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

describe('A1.2 A7.4 sign-ins while a second factor is confirmed', () => {
  it('leave no session without it, whoever comes first', async () => {
    for (let round = 0; round < 10; round += 1) {
      const owner = await signIn(app(), await organization.addMember('patient'));
      const { email, password } = owner.member;
      const secret = String((await owner.post('/v1/me/mfa/totp')).body['secret']);
      const thief = () => new Caller(app()).post('/v1/auth/login', { email, password });
      const [confirmed, ...answers] = await Promise.all([
        owner.post('/v1/me/mfa/totp/confirm', { code: totpCode(secret) }),
        ...Array.from({ length: 4 }, thief),
      ]);
      expect(confirmed.status, confirmed.text).toBe(200);
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        const reached = await new Caller(app(), String(body['accessToken'])).get('/v1/me');
        expect(reached.status).toBe(401);
      }
    }
  });
});
