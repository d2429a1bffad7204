import { CalendarDate, Identifier, Phone, Text } from '../../platform/validation/index.js';

const NAME_MAX = 100;
const NATIONAL_ID_MAX = 32;
const ADDRESS_MAX = 300;

export class CreatePatientBody {
  @Text({ max: NAME_MAX, example: 'Ada' }) givenName!: string;
  @Text({ max: NAME_MAX, example: 'Lovelace' }) familyName!: string;
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

export class LookUpPatientBody {
  @Text({ min: 4, max: NATIONAL_ID_MAX, example: 'AB-1234567-C' }) nationalId!: string;
}

export class UpdatePatientBody {
  @Text({ max: NAME_MAX, optional: true }) givenName?: string;
  @Text({ max: NAME_MAX, optional: true }) familyName?: string;
  @CalendarDate({ optional: true }) birthDate?: string;
  @Text({ min: 4, max: NATIONAL_ID_MAX, optional: true, requires: 'patients:identify' }) nationalId?: string;
  @Phone({ optional: true }) phone?: string;
  @Text({ max: ADDRESS_MAX, optional: true }) address?: string;
}
