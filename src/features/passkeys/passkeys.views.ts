import { Field, Shows } from '../../platform/serialization/index.js';
import { AccessTokenView } from '../sessions/index.js';

const OWN = 'the own account';
const OWN_VALUE = { dataClass: 'personal', because: OWN } as const;

@Shows('Passkey')
export class PasskeyView {
  @Field() id!: string;
  @Field({ description: 'What the person calls it.', because: OWN }) label!: string;
  @Field() createdAt!: Date;
  @Field({ nullable: true }) lastUsedAt!: Date;
  @Field({ description: 'Whether it is kept outside of the device, by a password manager say.' }) isBackedUp!: boolean;
}

/** The access token has the level of the new factor; the one from before keeps its own until it expires. */
export class RegisteredPasskeyView extends AccessTokenView {
  @Field({ view: PasskeyView }) passkey!: PasskeyView;
}

class PasskeyRelyingPartyView {
  @Field() id!: string;
  @Field() name!: string;
}

class PasskeyUserView {
  @Field({ description: 'User handle, base64url.' }) id!: string;
  @Field(OWN_VALUE) name!: string;
  @Field(OWN_VALUE) displayName!: string;
}

class PasskeyParametersView {
  @Field() type!: string;
  @Field({ description: 'COSE algorithm: -7 is ES256, -8 is EdDSA.' }) alg!: number;
}

class PasskeyDescriptorView {
  @Field() type!: string;
  @Field({ description: 'Credential id, base64url.', ...OWN_VALUE }) id!: string;
  @Field() transports!: string[];
}

class PasskeySelectionView {
  @Field() residentKey!: string;
  @Field() requireResidentKey!: boolean;
  @Field() userVerification!: string;
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()` (Level 3 §5.1.9.3). */
export class PasskeyCreationOptionsView {
  @Field({ description: 'Works once, for five minutes.' }) challenge!: string;
  @Field({ view: PasskeyRelyingPartyView }) rp!: PasskeyRelyingPartyView;
  @Field({ view: PasskeyUserView }) user!: PasskeyUserView;
  @Field({ list: PasskeyParametersView }) pubKeyCredParams!: PasskeyParametersView[];
  @Field({ description: 'Milliseconds.' }) timeout!: number;
  @Field({ list: PasskeyDescriptorView }) excludeCredentials!: PasskeyDescriptorView[];
  @Field({ view: PasskeySelectionView }) authenticatorSelection!: PasskeySelectionView;
  @Field() attestation!: string;
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()` (Level 3 §5.1.9.4). The same for everybody: no account is named. */
export class PasskeyRequestOptionsView {
  @Field({ description: 'Works once, for five minutes.' }) challenge!: string;
  @Field({ description: 'Milliseconds.' }) timeout!: number;
  @Field() rpId!: string;
  @Field() userVerification!: string;
}
