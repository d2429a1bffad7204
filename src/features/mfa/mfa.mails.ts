import type { Notice } from '../users/index.js';

const NOT_YOU = [
  'If this was not you: reset your password at once (POST /v1/auth/forgot-password),',
  'which ends all sessions. To end only your other sessions: DELETE /v1/me/sessions.',
];

export function factorAdded(name: string): Notice {
  return {
    subject: 'A second factor was added',
    lines: [`Your account now has ${name} as a second factor.`, ...NOT_YOU],
  };
}

export function factorRemoved(name: string): Notice {
  return { subject: 'A second factor was removed', lines: [`${name} was removed from your account.`, ...NOT_YOU] };
}

export function recoveryCodesRenewed(): Notice {
  return {
    subject: 'Your recovery codes are new',
    lines: ['Your account has ten new recovery codes. The ones from before do not work any more.', ...NOT_YOU],
  };
}
