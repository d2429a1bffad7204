import { describe, expect, it } from 'vitest';
import { NO_PERMISSIONS, type Actor } from '../../platform/access/index.js';
import { visiblePatients } from './patients.policy.js';

const actor: Actor = {
  kind: 'user',
  id: 'actor',
  userId: 'person',
  organizationId: 'north',
  permissions: NO_PERMISSIONS,
  authTime: 0,
  amr: [],
  isSessionMultiFactor: false,
  mustEnrol: false,
  ip: '::1',
};

describe('visible patients', () => {
  it.each(['owner', 'clinician', 'receptionist', 'auditor', undefined])(
    'A1.4 to the role %s are those of the organization of the token, and of no other',
    (role) => {
      expect(visiblePatients({ ...actor, ...(role !== undefined && { role }) })).toEqual({ organizationId: 'north' });
    },
  );

  it('A1.4 to a patient are their own entry in that organization', () => {
    expect(visiblePatients({ ...actor, role: 'patient' })).toEqual({ organizationId: 'north', userId: 'person' });
  });

  it.each(['api-key', 'client'] as const)('A1.4 to a patient who is %s with nobody behind it are none', (kind) => {
    const { userId: _userId, ...nobody } = actor;
    expect(visiblePatients({ ...nobody, kind, role: 'patient' })).toEqual({ organizationId: 'north', userId: 'actor' });
  });
});
