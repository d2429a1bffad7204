import { ValidationFailed } from '../../platform/errors/index.js';

/** The id names nobody who is a clinician of the caller's organization. */
export class ClinicianUnknown extends ValidationFailed {
  constructor() {
    super([
      {
        pointer: '#/clinicianId',
        code: 'clinician-unknown',
        message: 'clinicianId must name a clinician of the organization',
      },
    ]);
  }
}
