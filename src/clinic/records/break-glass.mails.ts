import type { Notice } from '../../features/users/index.js';

interface Emergency {
  readonly patientId: string;
  readonly clinicianId: string;
  readonly expiresAt: Date;
}

/** Ids alone: who is treated for what does not belong into a mail. */
export function glassBroken({ patientId, clinicianId, expiresAt }: Emergency): Notice {
  return {
    subject: 'Emergency access to records',
    lines: [
      'A clinician has opened the records of a patient who is not in their care.',
      `Patient: ${patientId}`,
      `Clinician: ${clinicianId}`,
      `Open until: ${expiresAt.toISOString()}`,
      'The reason that they gave is kept with it. If you do not know of an emergency, ask them.',
    ],
  };
}
