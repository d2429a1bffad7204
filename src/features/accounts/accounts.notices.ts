import type { Notice } from '../users/index.js';

const NOT_YOU = 'If this was not you: reset your password at once (POST /v1/auth/forgot-password).';

export const passwordChanged: Notice = {
  subject: 'Your password was changed',
  lines: ['The password of your account was changed, and all sessions have ended.', NOT_YOU],
};

export const emailChangeAsked: Notice = {
  subject: 'A new e-mail address was asked for',
  lines: [
    'Somebody who was signed in as you has asked for another e-mail address.',
    'It takes effect when the new address is confirmed.',
    NOT_YOU,
    'To end your other sessions: DELETE /v1/me/sessions.',
  ],
};

export const emailChanged: Notice = {
  subject: 'Your e-mail address was changed',
  lines: [
    'The e-mail address of your account was changed.',
    'If this was not you: write to the owner of your organization. To end your',
    'other sessions: DELETE /v1/me/sessions.',
  ],
};
