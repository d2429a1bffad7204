import { Field, Shows } from '../../platform/serialization/index.js';
import { AccessTokenView } from '../sessions/index.js';

const OWN = 'the own account';
const OWN_VALUE = { dataClass: 'personal', because: OWN } as const;

@Shows('Passkey')
export class PasskeyView {
  @Field() id!: string;
  @Field({ example: 'Phone', description: 'What the person calls it.', because: OWN }) label!: string;
  @Field() createdAt!: Date;
  @Field({ nullable: true }) lastUsedAt!: Date;
  @Field({ description: 'Whether it is kept outside of the device, by a password manager say.' }) isBackedUp!: boolean;
}

/** The access token has the level of the new factor; the one from before keeps its own until it expires. */
export class RegisteredPasskeyView extends AccessTokenView {
  @Field({ view: PasskeyView }) passkey!: PasskeyView;
}

class PasskeyRelyingPartyView {
  @Field({ example: 'example.com' }) id!: string;
  @Field({ example: 'Rampart' }) name!: string;
}

class PasskeyUserView {
  @Field({ example: 'AQIDBAUGBwg', description: 'User handle, base64url.' }) id!: string;
  @Field({ ...OWN_VALUE, example: 'ada@example.com' }) name!: string;
  @Field(OWN_VALUE) displayName!: string;
}

class PasskeyParametersView {
  @Field({ example: 'public-key' }) type!: string;
  @Field({ description: 'COSE algorithm: -7 is ES256, -8 is EdDSA.' }) alg!: number;
}

class PasskeyDescriptorView {
  @Field({ example: 'public-key' }) type!: string;
  @Field({ example: 'AQIDBAUGBwg', description: 'Credential id, base64url.', ...OWN_VALUE }) id!: string;
  @Field({ example: ['internal'] }) transports!: string[];
}

class PasskeySelectionView {
  @Field({ example: 'required' }) residentKey!: string;
  @Field() requireResidentKey!: boolean;
  @Field({ example: 'required' }) userVerification!: string;
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()` (Level 3 §5.1.9.3). */
export class PasskeyCreationOptionsView {
  @Field({ example: 'AQIDBAUGBwg', description: 'Works once, for five minutes.' }) challenge!: string;
  @Field({ view: PasskeyRelyingPartyView }) rp!: PasskeyRelyingPartyView;
  @Field({ view: PasskeyUserView }) user!: PasskeyUserView;
  @Field({ list: PasskeyParametersView }) pubKeyCredParams!: PasskeyParametersView[];
  @Field({ description: 'Milliseconds.' }) timeout!: number;
  @Field({ list: PasskeyDescriptorView }) excludeCredentials!: PasskeyDescriptorView[];
  @Field({ view: PasskeySelectionView }) authenticatorSelection!: PasskeySelectionView;
  @Field({ example: 'none' }) attestation!: string;
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()` (Level 3 §5.1.9.4). The same for everybody: no account is named. */
export class PasskeyRequestOptionsView {
  @Field({ example: 'AQIDBAUGBwg', description: 'Works once, for five minutes.' }) challenge!: string;
  @Field({ description: 'Milliseconds.' }) timeout!: number;
  @Field({ example: 'example.com' }) rpId!: string;
  @Field({ example: 'required' }) userVerification!: string;
}
