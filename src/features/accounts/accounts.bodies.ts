import { Email, OpaqueToken, Text, TypedSecret } from '../../platform/validation/index.js';

/** More than the policy allows, so that a password that is too long is refused by it, with its own words. */
const NEW_PASSWORD_MAX = 512;
const PASSWORD_MAX = 128;
const NAME_MAX = 100;

export class SignUpBody {
  @Email()
  email!: string;

  @TypedSecret({
    max: NEW_PASSWORD_MAX,
    description: '15 to 128 characters, any of them; not a common or breached one.',
  })
  password!: string;

  @Text({ max: NAME_MAX, example: 'Ada Lovelace' })
  displayName!: string;

  @Text({
    example: 'North Clinic',
    max: NAME_MAX,
    optional: true,
    description: 'Of the organization that is founded; default: the display name.',
  })
  organizationName?: string;
}

export class TokenBody {
  @OpaqueToken({ description: 'From the mail.' })
  token!: string;
}

export class ForgotPasswordBody {
  @Email()
  email!: string;
}

export class ResetPasswordBody extends TokenBody {
  @TypedSecret({ max: NEW_PASSWORD_MAX })
  password!: string;
}

/** `password` and `displayName` are for people who have no account yet. */
export class AcceptInvitationBody extends TokenBody {
  @TypedSecret({ max: NEW_PASSWORD_MAX, optional: true })
  password?: string;

  @Text({ max: NAME_MAX, optional: true })
  displayName?: string;
}

export class ChangePasswordBody {
  @TypedSecret({ max: PASSWORD_MAX })
  currentPassword!: string;

  @TypedSecret({ max: NEW_PASSWORD_MAX })
  newPassword!: string;
}

export class ChangeEmailBody {
  @Email()
  email!: string;
}
