import { CalendarDate, Identifier, Nested, Phone, Text } from '../../platform/validation/index.js';

const NAME_MAX = 100;
const NATIONAL_ID_MAX = 32;
const ADDRESS_MAX = 300;

/** What all versions take alike: who may set what must not depend on the version that they call. */
class NewPatientFields {
  @CalendarDate({ example: '1984-02-29' }) birthDate!: string;
  @Text({ min: 4, max: NATIONAL_ID_MAX, example: 'AB-1234567-C' }) nationalId!: string;
  @Phone({ example: '+442079460123' }) phone!: string;
  @Text({ max: ADDRESS_MAX, example: '12 St James Square, London' }) address!: string;

  @Identifier({
    optional: true,
    description: 'The clinician who takes the patient into care; default: the clinician who creates it.',
  })
  clinicianId?: string;
}

class PatientChangesFields {
  @CalendarDate({ optional: true }) birthDate?: string;
  @Text({ min: 4, max: NATIONAL_ID_MAX, optional: true, requires: 'patients:identify' }) nationalId?: string;
  @Phone({ optional: true }) phone?: string;
  @Text({ max: ADDRESS_MAX, optional: true }) address?: string;
}

/** Version 1. */
export class CreatePatientBody extends NewPatientFields {
  @Text({ max: NAME_MAX, example: 'Ada' }) givenName!: string;
  @Text({ max: NAME_MAX, example: 'Lovelace' }) familyName!: string;
}

export class UpdatePatientBody extends PatientChangesFields {
  @Text({ max: NAME_MAX, optional: true }) givenName?: string;
  @Text({ max: NAME_MAX, optional: true }) familyName?: string;
}

export class PersonNameBody {
  @Text({ max: NAME_MAX, example: 'Ada' }) given!: string;
  @Text({ max: NAME_MAX, example: 'Lovelace' }) family!: string;
}

export class CreatePatientV2Body extends NewPatientFields {
  @Nested(() => PersonNameBody) name!: PersonNameBody;
}

export class UpdatePatientV2Body extends PatientChangesFields {
  @Nested(() => PersonNameBody, { optional: true, description: 'Replaces the whole name.' }) name?: PersonNameBody;
}

export class LookUpPatientBody {
  @Text({ min: 4, max: NATIONAL_ID_MAX, example: 'AB-1234567-C' }) nationalId!: string;
}
