import { Email, Identifier, OpaqueToken, TypedSecret } from '../../platform/validation/index.js';

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

export class RefreshBody {
  @OpaqueToken()
  refreshToken!: string;
}
