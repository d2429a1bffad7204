import type { DeterministicGenerator } from './generator.js';

const GIVEN_NAMES = [
  'Ada',
  'Amara',
  'Ben',
  'Chen',
  'Dana',
  'Elif',
  'Femi',
  'Goran',
  'Hana',
  'Igor',
  'Jana',
  'Kofi',
  'Lea',
  'Milo',
  'Noor',
] as const;
const FAMILY_NAMES = [
  'Abadi',
  'Berg',
  'Costa',
  'Diallo',
  'Evans',
  'Fischer',
  'Garcia',
  'Haas',
  'Ito',
  'Jensen',
  'Kaya',
  'Lund',
  'Moreau',
] as const;
const STREETS = ['Mill Lane', 'Harbour Road', 'Station Street', 'Orchard Way', 'Church Row', 'Quarry Hill'] as const;
const NOTES = [
  'Blood pressure 120/80, no complaints.',
  'Seasonal allergy; antihistamine for four weeks.',
  'Sprained ankle, rest and cooling; control in ten days.',
  'Annual check-up without findings.',
  'Cough for three days, lungs clear.',
] as const;
const KINDS = ['consultation', 'diagnosis', 'prescription', 'observation'] as const;

export function demoPatient(random: DeterministicGenerator) {
  const year = random.whole(1935, 2015);
  return {
    givenName: random.pick(GIVEN_NAMES),
    familyName: random.pick(FAMILY_NAMES),
    birthDate: new Date(Date.UTC(year, random.whole(0, 11), random.whole(1, 28))),
    nationalId: `${random.digits(3)}-${random.digits(6)}-${random.digits(2)}`,
    phone: `+4420${random.digits(8)}`,
    address: `${random.whole(1, 180)} ${random.pick(STREETS)}, ${random.pick(['Northtown', 'Southbridge', 'Eastham'])}`,
  };
}

export function demoRecord(random: DeterministicGenerator) {
  return {
    kind: random.pick(KINDS),
    note: random.pick(NOTES),
    recordedAt: new Date(
      Date.UTC(2026, random.whole(0, 9), random.whole(1, 28), random.whole(8, 17), random.whole(0, 59)),
    ),
  };
}
