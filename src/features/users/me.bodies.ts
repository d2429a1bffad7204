import { Text } from '../../platform/validation/index.js';

export class UpdateMeBody {
  @Text({ max: 100, optional: true, example: 'Ada Lovelace' })
  displayName?: string;
}
