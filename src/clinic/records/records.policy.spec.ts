import { describe, expect, it } from 'vitest';
import { NO_PERMISSIONS, type Actor } from '../../platform/access/index.js';
import { patientsWithVisibleRecords } from './records.policy.js';

const actor: Actor = {
  kind: 'user',
  id: 'actor',
  userId: 'actor',
  organizationId: 'north',
  permissions: NO_PERMISSIONS,
  authTime: 0,
  amr: [],
  isSessionMultiFactor: false,
  mustEnrol: false,
  ip: '::1',
};
const now = new Date('2026-11-22T12:00:00Z');
const careTeam = { some: { clinicianId: 'actor' } };
const inCare = { organizationId: 'north', OR: [{ careTeam }] };

describe('patients whose records are visible', () => {
  it('A1.4 to a clinician are those in their care, and those whose glass they broke and that is still open', () => {
    const breakGlass = { some: { clinicianId: 'actor', expiresAt: { gt: now } } };
    expect(patientsWithVisibleRecords({ ...actor, role: 'clinician' }, now)).toEqual({
      organizationId: 'north',
      OR: [{ careTeam }, { breakGlass }],
    });
  });

  it('A1.4 to a patient are they themselves', () => {
    expect(patientsWithVisibleRecords({ ...actor, role: 'patient' }, now)).toEqual({
      organizationId: 'north',
      userId: 'actor',
    });
  });

  // None of these takes anybody into care, so the condition matches nobody: it is never left out.
  it.each(['owner', 'receptionist', 'auditor', 'Clinician', 'Patient', '', undefined])(
    'A1.4 to the role "%s" are bound to a care that they do not have',
    (role) => {
      expect(patientsWithVisibleRecords({ ...actor, ...(role !== undefined && { role }) }, now)).toEqual(inCare);
    },
  );

  it.each(['owner', 'clinician', 'receptionist', 'patient', 'auditor', undefined])(
    'A1.4 to the role %s are never those of another organization',
    (role) => {
      const scope = patientsWithVisibleRecords({ ...actor, ...(role !== undefined && { role }) }, now);
      expect(scope.organizationId).toBe('north');
      expect(scope.userId !== undefined || scope.OR !== undefined).toBe(true);
    },
  );
});
