import type { Secret } from '../../platform/config/index.js';
import type { Mail } from '../../platform/mail/index.js';
import type { Role } from '../../roles.js';
import type { Notice } from '../users/index.js';
import { INVITATION_DAYS, type Invitation } from './invitation-token.js';
import { STATEMENT_LIFE_DAYS } from './recertifications.policy.js';

const NAME_MAX = 60;

interface InvitationLetter {
  readonly invitation: Invitation;
  readonly organizationName: string;
  readonly publicUrl: string;
  readonly token: Secret<string>;
}

/**
 * The token is in the fragment of the link, which browsers send to nobody, so it reaches no log on the way. It is the only
 * link: whoever founds an organization could otherwise have their own words and links sent to anybody in our name.
 */
export function invitationMail({ invitation, organizationName, publicUrl, token }: InvitationLetter): Mail {
  const text = [
    `You are invited to join ${plainName(organizationName)} as ${invitation.role}.`,
    `To accept, open this link within ${INVITATION_DAYS} days. It works once:`,
    '',
    `${publicUrl}/accept-invitation#token=${token.reveal()}`,
    '',
    'The token alone:',
    token.reveal(),
    '',
    'If you do not expect this, do nothing: without it nothing happens.',
    '',
  ];
  return { to: invitation.email, subject: 'You are invited to join an organization', text: text.join('\n') };
}

interface MemberChange {
  readonly organizationName: string;
  /** Who it is about. */
  readonly email: string;
  readonly role: Role;
}

interface StatedReview {
  readonly organizationName: string;
  /** Of the statement. */
  readonly id: string;
}

const ASK_AN_OWNER = 'If you do not expect this, ask an owner of the organization.';
const UNDO_AS_OWNER = 'If this is not right: PATCH or DELETE /v1/members/<user id>, with another role or none.';

export function roleChanged({ organizationName, email, role }: MemberChange): Notice {
  return {
    subject: 'A role has changed',
    lines: [`In ${plainName(organizationName)}`, email, `now has the role ${role}.`, ASK_AN_OWNER],
  };
}

export function memberRemoved({ organizationName, email }: Omit<MemberChange, 'role'>): Notice {
  return {
    subject: 'A membership has ended',
    lines: [email, `is no longer a member of ${plainName(organizationName)}.`, ASK_AN_OWNER],
  };
}

export function ownerProposed({ organizationName, email }: Omit<MemberChange, 'role'>): Notice {
  return {
    subject: 'Somebody is proposed as owner',
    lines: [
      `One owner of ${plainName(organizationName)} wants`,
      email,
      'to become owner as well. It happens when another owner asks the same within 24 hours.',
      'To withdraw it: PATCH /v1/members/<user id> with the role that they have.',
    ],
  };
}

export function becameOwner({ organizationName, email }: Omit<MemberChange, 'role'>): Notice {
  return {
    subject: 'There is a new owner',
    lines: [email, `is now owner of ${plainName(organizationName)}: two owners have asked for it.`, UNDO_AS_OWNER],
  };
}

export function proposalWithdrawn({ organizationName, email }: Omit<MemberChange, 'role'>): Notice {
  return {
    subject: 'A proposal is withdrawn',
    lines: [`In ${plainName(organizationName)}`, email, 'is no longer proposed as owner.'],
  };
}

export function recertificationStated({ organizationName, id }: StatedReview): Notice {
  return {
    subject: 'A review of access waits for a second owner',
    lines: [
      `An owner of ${plainName(organizationName)} has looked at who holds which role there, and states that it is right.`,
      `It counts when another owner has looked too and confirms it within ${STATEMENT_LIFE_DAYS} days:`,
      `POST /v1/members/recertifications/${id}/confirm`,
    ],
  };
}

/** A name as words only. Without dots, colons, slashes and @ no mail program makes a link or an address of it (CWE-451). */
function plainName(name: string): string {
  const words = name.replaceAll(/[^\p{L}\p{M}\p{N}'’&-]+/gu, ' ').trim();
  const short = Array.from(words).slice(0, NAME_MAX).join('').trim();
  return short === '' ? 'an organization' : short;
}
