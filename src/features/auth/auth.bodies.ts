import { CODE_METHODS, type CodeMethod } from '../mfa/index.js';
import { AssertionCredential } from '../passkeys/index.js';
import {
  Email,
  Identifier,
  Nested,
  OneOf,
  OpaqueToken,
  TypedCode,
  TypedSecret,
} from '../../platform/validation/index.js';

/** SP 800-63B-4 §3.1.1.2 asks for at least 64; the bound keeps hashing from being abused. */
const PASSWORD_MAX = 128;

export class LoginBody {
  @Email({ example: 'clinician@north.example' })
  email!: string;

  @TypedSecret({ max: PASSWORD_MAX })
  password!: string;

  @Identifier({ optional: true, description: 'Which organization to sign in to; default: the one joined first.' })
  organizationId?: string;
}

export class SecondFactorBody {
  @OpaqueToken({ description: 'Of the answer to POST /v1/auth/login.' })
  challengeToken!: string;

  @OneOf(CODE_METHODS)
  method!: CodeMethod;

  @TypedCode({ example: '492039' })
  code!: string;
}

export class RefreshBody {
  @OpaqueToken()
  refreshToken!: string;
}

/** With a second factor: `method` and `code`, or `passkey`. Without one: `password`. */
export class StepUpBody {
  @TypedSecret({ max: PASSWORD_MAX, optional: true })
  password?: string;

  @OneOf(CODE_METHODS, { optional: true })
  method?: CodeMethod;

  @TypedCode({ optional: true })
  code?: string;

  @Nested(() => AssertionCredential, { optional: true, description: 'Answers POST /v1/auth/passkey/options.' })
  passkey?: AssertionCredential;
}

export class SwitchOrganizationBody {
  @Identifier({ description: 'An organization that the caller belongs to.' })
  organizationId!: string;
}
