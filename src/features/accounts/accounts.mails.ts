import type { Secret } from '../../platform/config/index.js';

interface LinkMail {
  readonly subject: string;
  readonly text: string;
}

interface Link {
  readonly publicUrl: string;
  readonly token: Secret<string>;
}

/**
 * The token stands in the fragment, which browsers send to no server and no log (ASVS 14.2.1), and on a line of its own for
 * whoever has no page to open.
 */
function linkMail(subject: string, intro: string, path: string, { publicUrl, token }: Link): LinkMail {
  const text = [
    intro,
    '',
    `${publicUrl}/${path}#token=${token.reveal()}`,
    '',
    'The token alone:',
    token.reveal(),
    '',
    'If you did not ask for this, do nothing: without it nothing changes.',
    '',
  ].join('\n');
  return { subject, text };
}

export function verifySignUp(link: Link): LinkMail {
  return linkMail('Confirm your e-mail address', 'Confirm your address to open your account:', 'verify-email', link);
}

export function verifyNewAddress(link: Link): LinkMail {
  return linkMail('Confirm your new e-mail address', 'Confirm your new address:', 'verify-email', link);
}

export function resetPassword(link: Link): LinkMail {
  return linkMail('Reset your password', 'Choose a new password:', 'reset-password', link);
}

/** For an address that has an account: only its owner learns that somebody has tried. */
export function accountExists(): LinkMail {
  return {
    subject: 'You already have an account',
    text: [
      'Somebody, perhaps you, has tried to use this address for an account.',
      'It has one already, and nothing has changed.',
      'If you have forgotten the password: POST /v1/auth/forgot-password.',
      '',
    ].join('\n'),
  };
}
