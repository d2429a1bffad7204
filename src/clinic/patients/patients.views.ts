import { Field, lastFour } from '../../platform/serialization/index.js';

export class PatientView {
  @Field() id!: string;
  @Field() givenName!: string;
  @Field() familyName!: string;
  @Field({ format: 'date' }) birthDate!: string;
  @Field({ requires: 'patients:identify', mask: lastFour }) nationalId!: string;
  @Field({ requires: 'patients:contact' }) phone?: string;
  @Field({ requires: 'patients:contact' }) address?: string;
  @Field() createdAt!: Date;
  @Field() updatedAt!: Date;
}
