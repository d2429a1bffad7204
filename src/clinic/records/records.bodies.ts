import { Instant, OneOf, Text } from '../../platform/validation/index.js';
import { RECORD_KINDS, type RecordKind } from './record-kinds.js';

const NOTE_MAX = 10_000;

export class CreateRecordBody {
  @OneOf(RECORD_KINDS) kind!: RecordKind;
  @Text({ max: NOTE_MAX, example: 'Blood pressure 120/80.' }) note!: string;

  @Instant({ optional: true, description: 'When it was observed; default: now.' })
  recordedAt?: string;
}
