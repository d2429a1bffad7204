import { Field, lastFour, Shows } from '../../platform/serialization/index.js';

const IDENTITY = 'how staff tell patients apart; the route takes `patients:read`';

@Shows('Patient')
export class PatientView {
  @Field() id!: string;
  @Field({ because: IDENTITY }) givenName!: string;
  @Field({ because: IDENTITY }) familyName!: string;
  @Field({ format: 'date', because: IDENTITY }) birthDate!: string;
  @Field({ requires: 'patients:identify', mask: lastFour }) nationalId!: string;
  @Field({ requires: 'patients:contact' }) phone?: string;
  @Field({ requires: 'patients:contact' }) address?: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}
