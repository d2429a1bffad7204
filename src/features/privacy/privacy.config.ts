import { configSlice, integer } from '../../platform/config/index.js';

export class PrivacyConfig extends configSlice('Erasure', {
  ERASURE_GRACE_DAYS: integer(
    'Days until an account is erased after its person asked for it; signing in takes it back.',
    {
      min: 0,
      max: 90,
      default: 30,
    },
  ),
}) {}
