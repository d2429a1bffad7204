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
const inCare = { organizationId: 'north', careTeam: { some: { clinicianId: 'actor' } } };

describe('patients whose records are visible', () => {
  it('A1.4 to a clinician are those in their care', () => {
    expect(patientsWithVisibleRecords({ ...actor, role: 'clinician' })).toEqual(inCare);
  });

  it('A1.4 to a patient are they themselves', () => {
    expect(patientsWithVisibleRecords({ ...actor, role: 'patient' })).toEqual({
      organizationId: 'north',
      userId: 'actor',
    });
  });

  // None of these takes anybody into care, so the condition matches nobody: it is never left out.
  it.each(['owner', 'receptionist', 'auditor', 'Clinician', 'Patient', '', undefined])(
    'A1.4 to the role "%s" are bound to a care that they do not have',
    (role) => {
      expect(patientsWithVisibleRecords({ ...actor, ...(role !== undefined && { role }) })).toEqual(inCare);
    },
  );

  it.each(['owner', 'clinician', 'receptionist', 'patient', 'auditor', undefined])(
    'A1.4 to the role %s are never those of another organization',
    (role) => {
      const scope = patientsWithVisibleRecords({ ...actor, ...(role !== undefined && { role }) });
      expect(scope.organizationId).toBe('north');
      expect(scope.userId !== undefined || scope.careTeam !== undefined).toBe(true);
    },
  );
});
