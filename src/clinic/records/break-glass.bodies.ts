import { Text } from '../../platform/validation/index.js';

/** Long enough to say something, short enough to be read. */
const REASON = { min: 20, max: 500 };

export class BreakGlassBody {
  @Text({ ...REASON, example: 'Unconscious in the emergency room, allergies unknown.' }) reason!: string;
}
