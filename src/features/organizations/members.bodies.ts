import type { Role } from '../../roles.js';
import { Email, OneOf, OpaqueToken } from '../../platform/validation/index.js';
import { invitableRoleNames, roleNames, type InvitableRole } from './assignable-roles.js';

export class InviteBody {
  @Email() email!: string;

  @OneOf(invitableRoleNames, { description: 'Not owner: members become owners, by two owners.' })
  role!: InvitableRole;
}

export class ChangeRoleBody {
  @OneOf(roleNames, { description: 'owner is given when two owners have asked for it within 24 hours.' })
  role!: Role;
}

export class RecertifyBody {
  @OpaqueToken({ description: 'Of GET /v1/members/recertifications, as it was when you began to look at the members.' })
  membersDigest!: string;
}
