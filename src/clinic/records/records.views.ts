import { Field, Shows } from '../../platform/serialization/index.js';
import { RECORD_KINDS } from './record-kinds.js';

const RECORD = 'the record itself: who may read it is what records.policy.ts decides';

@Shows('MedicalRecord')
export class RecordView {
  @Field() id!: string;
  @Field() patientId!: string;
  @Field() authorId!: string;
  @Field({ enum: RECORD_KINDS, because: RECORD }) kind!: string;
  @Field({ because: RECORD }) note!: string;
  @Field() recordedAt!: Date;
  @Field() createdAt!: Date;
}
