import type { Device } from '../sessions/index.js';
import type { Notice } from '../users/index.js';

export function newDevice({ label, ip }: Device, when: Date): Notice {
  return {
    subject: 'New sign-in to your account',
    lines: [
      'Your account was signed in to from a device that it has not been used on before.',
      `Device: ${label}`,
      `Address: ${ip}`,
      `Time: ${when.toISOString()}`,
      'If this was not you: reset your password at once (POST /v1/auth/forgot-password),',
      'which ends all sessions.',
    ],
  };
}

export const erasureTakenBack: Notice = {
  subject: 'Your account stays',
  lines: [
    'Your account was to be erased. Somebody has signed in to it, so it stays.',
    'If this was not you: reset your password at once (POST /v1/auth/forgot-password),',
    'which ends all sessions.',
  ],
};
