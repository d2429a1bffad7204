import { configSlice, integer } from '../../platform/config/index.js';

export class MfaConfig extends configSlice('Second factors', {
  TOTP_PREVIOUS_STEPS: integer(
    'How many 30-second steps back a one-time password may be. 0 is the strictest; 1 forgives slow hands and clocks.',
    { min: 0, max: 1, default: 0 },
  ),
}) {}
