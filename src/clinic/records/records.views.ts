import { Field } from '../../platform/serialization/index.js';
import { RECORD_KINDS } from './record-kinds.js';

export class RecordView {
  @Field() id!: string;
  @Field() patientId!: string;
  @Field() authorId!: string;
  @Field({ enum: RECORD_KINDS }) kind!: string;
  @Field() note!: string;
  @Field() recordedAt!: Date;
  @Field() createdAt!: Date;
}
