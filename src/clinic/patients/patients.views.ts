import { Field, lastFour, Shows } from '../../platform/serialization/index.js';

const IDENTITY = 'how staff tell patients apart; the route takes `patients:read`';

/** What all versions show alike: who sees what must not depend on the version that they call. */
@Shows('Patient')
class PatientFields {
  @Field() id!: string;
  @Field({ format: 'date', because: IDENTITY }) birthDate!: string;
  @Field({ requires: 'patients:identify', mask: lastFour, revealedBy: 'patients:reveal' }) nationalId!: string;
  @Field({ requires: 'patients:contact' }) phone?: string;
  @Field({ requires: 'patients:contact' }) address?: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}

/** Version 1. */
export class PatientView extends PatientFields {
  @Field({ because: IDENTITY }) givenName!: string;
  @Field({ because: IDENTITY }) familyName!: string;
}

export class PersonNameView {
  @Field({ because: IDENTITY }) given!: string;
  @Field({ because: IDENTITY }) family!: string;
}

export class PatientV2View extends PatientFields {
  @Field({ view: PersonNameView }) name!: PersonNameView;
}
