import { Field } from '../../platform/serialization/index.js';
import { AccessTokenView } from '../sessions/index.js';

const NEW = { dataClass: 'secret', because: 'made for whoever gets this answer, who is shown it once' } as const;

export class TotpSecretView {
  @Field({
    example: 'JBSWY3DPEHPK3PXP',
    ...NEW,
    description: 'Base32 (RFC 4648 §6), for typing into an authenticator app. Shown once.',
  })
  secret!: string;
  @Field({
    example: 'otpauth://totp/Rampart:ada@example.com?secret=JBSWY3DPEHPK3PXP',
    ...NEW,
    description: 'The same as a Key URI, for a QR code.',
  })
  otpauthUrl!: string;
}

export class RecoveryCodesView {
  @Field({ example: ['7K3M-Q9XD-2RPA'], ...NEW, description: 'Each works once. Shown once: only hashes are kept.' })
  recoveryCodes!: string[];
}

/** The access token has the level of the new factor; the one from before keeps its own until it expires. */
export class EnrolledView extends AccessTokenView {
  @Field({ ...NEW, description: 'Each works once. Shown once: only hashes are kept.' }) recoveryCodes!: string[];
}
