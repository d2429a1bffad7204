import type { Notice } from '../users/index.js';

export function erasureAsked(dueAt: Date): Notice {
  return {
    subject: 'Your account will be erased',
    lines: [
      `You have asked for it, and it happens after ${dueAt.toISOString()}.`,
      'All sessions and API keys of yours have ended. To keep the account, sign in',
      'before then.',
      'If this was not you: sign in, and change your password.',
    ],
  };
}

export const erased: Notice = {
  subject: 'Your account was erased',
  lines: [
    'Your account is gone, with everything that was yours alone.',
    'What an organization has to keep, it keeps without a link to an account.',
  ],
};
