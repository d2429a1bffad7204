import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { someAddress } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { tryPassword } from '../support/password-attempt.ts';
import { challengeOf } from '../support/second-factor.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const NEW_SIGN_IN = /New sign-in/;
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

afterAll(() => mails.close());

const toldTimes = ({ email }: Member) => mails.mailsTo(email).filter(({ subject }) => NEW_SIGN_IN.test(subject)).length;

/** Mails go out in turn: when a later one has come, an earlier one would have. */
async function everythingIsSent(): Promise<void> {
  const other = await organization.addMember('patient');
  await tryPassword(app(), other);
  await mails.waitForMail(other.email, { subject: NEW_SIGN_IN });
}

describe('A1.2 a sign-in', () => {
  it('from a device that has not been used before is told by mail, with device, address and time', async () => {
    const member = await organization.addMember('patient');
    expect((await tryPassword(app(), member, { address: '203.0.113.9', userAgent: FIREFOX })).status).toBe(200);
    const { text } = await mails.waitForMail(member.email, { subject: NEW_SIGN_IN });
    expect(text).toContain('Device: Firefox on Linux');
    expect(text).toContain('Address: 203.0.113.9');
    expect(text).toMatch(/Time: 20\d\d-/);
  });

  it('is told once for each browser and network', async () => {
    const member = await organization.addMember('patient');
    const { address } = member;
    const devices = [
      { address, userAgent: FIREFOX },
      { address, userAgent: 'curl/8.0' },
      { address: someAddress(), userAgent: FIREFOX },
    ];
    for (const [before, device] of devices.entries()) {
      expect((await tryPassword(app(), member, device)).status).toBe(200);
      await mails.waitForMail(member.email, { subject: NEW_SIGN_IN, after: before });
    }
    for (const device of devices) await tryPassword(app(), member, device);
    await everythingIsSent();
    expect(toldTimes(member)).toBe(devices.length);
  });

  it('that fails, or stops at the second factor, is not one, and the device is not known by it', async () => {
    const member = await organization.addMember('clinician');
    await tryPassword(app(), { ...member, password: 'wrong' }, { address: member.address });
    await challengeOf(app(), member);
    await everythingIsSent();
    expect(toldTimes(member)).toBe(0);
    await signIn(app(), member);
    await mails.waitForMail(member.email, { subject: NEW_SIGN_IN });
  });
});
