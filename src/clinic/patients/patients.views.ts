import { Field, lastFour, Shows } from '../../platform/serialization/index.js';

const IDENTITY = 'how staff tell patients apart; the route takes `patients:read`';

@Shows('Patient')
export class PatientView {
  @Field() id!: string;
  @Field({ because: IDENTITY }) givenName!: string;
  @Field({ because: IDENTITY }) familyName!: string;
  @Field({ format: 'date', because: IDENTITY }) birthDate!: string;
  @Field({ requires: 'patients:identify', mask: lastFour, revealedBy: 'patients:reveal' }) nationalId!: string;
  @Field({ requires: 'patients:contact' }) phone?: string;
  @Field({ requires: 'patients:contact' }) address?: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}

export class PersonNameView {
  @Field({ because: IDENTITY }) given!: string;
  @Field({ because: IDENTITY }) family!: string;
}

/** Who sees what is that of version 1: test/e2e/lifecycle.test.ts compares them for every role. */
@Shows('Patient')
export class PatientV2View {
  @Field() id!: string;
  @Field({ view: PersonNameView }) name!: PersonNameView;
  @Field({ format: 'date', because: IDENTITY }) birthDate!: string;
  @Field({ requires: 'patients:identify', mask: lastFour, revealedBy: 'patients:reveal' }) nationalId!: string;
  @Field({ requires: 'patients:contact' }) phone?: string;
  @Field({ requires: 'patients:contact' }) address?: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}
