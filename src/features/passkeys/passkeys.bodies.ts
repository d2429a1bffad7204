import {
  Base64Url,
  Identifier,
  IgnoredObject,
  Keywords,
  Nested,
  OneOf,
  Text,
  WholeNumber,
} from '../../platform/validation/index.js';

const LABEL_MAX = 64;
/** In characters of base64url. Level 3 §4: a credential id has up to 1023 bytes. */
const CREDENTIAL_ID_MAX = 1364;
/** Level 3 §5.4.3: a user handle has up to 64 bytes. */
const USER_HANDLE_MAX = 86;
const CLIENT_DATA_MAX = 4096;
const AUTHENTICATOR_DATA_MAX = 4096;
const ATTESTATION_MAX = 16_384;
const KEY_MAX = 4096;
const SIGNATURE_MAX = 1024;
const EXTENSIONS_MAX = 4096;

const ATTACHMENTS = ['platform', 'cross-platform'] as const;
const EXTENSIONS = 'Extension outputs: accepted, and not read.';
const REPEATED = 'Repeats what `attestationObject` says: not read.';

/** Level 3 §5.1.9.2, RegistrationResponseJSON: all that `PublicKeyCredential.toJSON()` sends. */
class AttestationResponse {
  @Base64Url({ max: CLIENT_DATA_MAX }) clientDataJSON!: string;
  @Base64Url({ max: ATTESTATION_MAX }) attestationObject!: string;
  @Base64Url({ max: AUTHENTICATOR_DATA_MAX, optional: true, description: REPEATED }) authenticatorData?: string;
  @Keywords({
    maxItems: 10,
    example: ['internal'],
    optional: true,
    description: 'How browsers can reach the authenticator.',
  })
  transports?: string[];
  @Base64Url({ max: KEY_MAX, optional: true, description: REPEATED }) publicKey?: string;
  @WholeNumber({ min: -65_536, max: 0, optional: true, description: REPEATED }) publicKeyAlgorithm?: number;
}

export class RegistrationCredential {
  @Base64Url({ max: CREDENTIAL_ID_MAX }) id!: string;
  @Base64Url({ max: CREDENTIAL_ID_MAX }) rawId!: string;
  @OneOf(['public-key']) type!: 'public-key';
  @OneOf(ATTACHMENTS, { optional: true }) authenticatorAttachment?: (typeof ATTACHMENTS)[number];
  @IgnoredObject({ max: EXTENSIONS_MAX, description: EXTENSIONS }) clientExtensionResults!: object;
  @Nested(() => AttestationResponse) response!: AttestationResponse;
}

export class RegisterPasskeyBody {
  @Text({ max: LABEL_MAX, example: 'Phone' }) label!: string;
  @Nested(() => RegistrationCredential) credential!: RegistrationCredential;
}

/** Level 3 §5.1.9.2, AuthenticationResponseJSON. */
class AssertionResponse {
  @Base64Url({ max: CLIENT_DATA_MAX }) clientDataJSON!: string;
  @Base64Url({ max: AUTHENTICATOR_DATA_MAX }) authenticatorData!: string;
  @Base64Url({ max: SIGNATURE_MAX }) signature!: string;
  @Base64Url({ max: USER_HANDLE_MAX, description: 'Discoverable credentials always give it.' }) userHandle!: string;
}

export class AssertionCredential {
  @Base64Url({ max: CREDENTIAL_ID_MAX }) id!: string;
  @Base64Url({ max: CREDENTIAL_ID_MAX }) rawId!: string;
  @OneOf(['public-key']) type!: 'public-key';
  @OneOf(ATTACHMENTS, { optional: true }) authenticatorAttachment?: (typeof ATTACHMENTS)[number];
  @IgnoredObject({ max: EXTENSIONS_MAX, description: EXTENSIONS }) clientExtensionResults!: object;
  @Nested(() => AssertionResponse) response!: AssertionResponse;
}

export class PasskeyAssertionBody {
  @Nested(() => AssertionCredential) credential!: AssertionCredential;

  @Identifier({ optional: true, description: 'Which organization to sign in to; default: the one joined first.' })
  organizationId?: string;
}
