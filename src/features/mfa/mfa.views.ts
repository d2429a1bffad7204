import { Field } from '../../platform/serialization/index.js';
import { AccessTokenView } from '../sessions/index.js';

export class TotpSecretView {
  @Field({ description: 'Base32 (RFC 4648 §6), for typing into an authenticator app. Shown once.' }) secret!: string;
  @Field({ description: 'The same as a Key URI, for a QR code.' }) otpauthUrl!: string;
}

export class RecoveryCodesView {
  @Field({ description: 'Each works once. Shown once: only hashes are kept.' }) recoveryCodes!: string[];
}

/** The access token has the level of the new factor; the one from before keeps its own until it expires. */
export class EnrolledView extends AccessTokenView {
  @Field({ description: 'Each works once. Shown once: only hashes are kept.' }) recoveryCodes!: string[];
}
