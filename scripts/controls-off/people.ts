import type { Switch } from './switch.ts';

const HASHER = 'src/platform/crypto/password-hasher.ts';

/** Signing in, sessions, accounts and members. */
export const people: readonly Switch[] = [
  {
    control: 'second factor at sign-in',
    ids: 'A1.2',
    file: 'src/features/auth/auth.service.ts',
    search: 'if (methods.length > 0) return this.challenge.issue(',
    replace: 'if (methods.length > 9) return this.challenge.issue(',
    tests: ['test/e2e/second-factor.test.ts'],
  },
  {
    control: 'a one-time password counts once',
    ids: 'A1.2',
    file: 'src/features/mfa/mfa.repository.ts',
    search: ', OR: [{ lastStep: null }, { lastStep: { lt: step } }] },',
    replace: ' },',
    tests: ['test/e2e/second-factor.test.ts'],
  },
  {
    control: 'a recovery code counts once',
    ids: 'A1.2',
    file: 'src/features/mfa/mfa.repository.ts',
    search:
      'const { count } = await this.database.client.recoveryCode.deleteMany({ where: { userId, codeHash } });\n    return count > 0;',
    replace:
      'const count = await this.database.client.recoveryCode.count({ where: { userId, codeHash } });\n    return count > 0;',
    tests: ['test/e2e/second-factor.test.ts'],
  },
  {
    control: 'limits on guessing',
    ids: 'A1.3',
    file: 'src/platform/guessing/guess-limiter.ts',
    search: 'refuseWhereDenied(decisions, subjects);\n  }',
    replace: 'void decisions;\n  }',
    tests: ['test/attacks/password-guessing.test.ts'],
  },
  {
    control: 'same work for an account that does not exist',
    ids: 'A1.3',
    file: HASHER,
    search: 'const { pepper, phc } = this.split(stored ?? this.decoyFor(account));',
    replace:
      'if (stored === undefined) return false;\n    const { pepper, phc } = this.split(stored ?? this.decoyFor(account));',
    tests: ['src/platform/crypto/password-hasher.spec.ts'],
  },
  {
    control: 'the password decides',
    ids: 'A1.1',
    file: HASHER,
    search: 'return matches && stored !== undefined;',
    replace: 'return stored !== undefined;',
    tests: ['test/e2e/login.test.ts'],
  },
  {
    control: 'pepper of the passwords',
    ids: 'A1.1',
    file: HASHER,
    search: 'secret: pepper.bytes.reveal(),',
    tests: ['src/platform/crypto/password-hasher.spec.ts'],
  },
  {
    control: 'hashes that have become cheap are renewed',
    ids: 'A1.1',
    file: 'src/features/auth/passwords.ts',
    search: 'else await this.rehashIfOutdated(verified, secret);',
    tests: ['test/e2e/login.test.ts'],
  },
  {
    control: 'rules for new passwords',
    ids: 'A1.1',
    file: 'src/platform/passwords/password-policy.ts',
    search: 'if (!verdict.allowed) throw',
    replace: 'if (!verdict.allowed && verdict.reason === undefined) throw',
    tests: ['src/platform/passwords/password-policy.spec.ts', 'test/e2e/accounts.test.ts'],
  },
  {
    control: 'bounded queue of hashes',
    ids: 'B6.5',
    file: 'src/platform/crypto/bounded-pool.ts',
    search: 'if (this.waiting.length >= this.queueLimit) return Promise.reject(this.refuse());',
    tests: ['src/platform/crypto/bounded-pool.spec.ts'],
  },
  {
    control: 'a second use of a refresh token ends the session',
    ids: 'A13.3',
    file: 'src/features/sessions/sessions.service.ts',
    search: "await this.revoke(redemption.sessionId, 'token-reuse');\n    throw new RefreshTokenReused",
    replace: 'throw new RefreshTokenReused',
    tests: ['test/e2e/sessions.test.ts'],
  },
  {
    control: 'a refresh token works once',
    ids: 'A13.3 A7.4',
    file: 'src/features/sessions/sessions.repository.ts',
    search: '          usedAt: null,\n          expiresAt: { gt: now },',
    replace: '          expiresAt: { gt: now },',
    tests: ['test/e2e/sessions.test.ts'],
  },
  {
    control: 'a double submit is told by its device',
    ids: 'A13.4',
    file: 'src/features/sessions/reuse.policy.ts',
    search: 'return isSameDevice && isNewestUsed',
    replace: 'return isNewestUsed',
    tests: ['test/attacks/refresh-token-races.test.ts'],
  },
  {
    control: 'a second owner makes an owner',
    ids: 'A1.6',
    file: 'src/features/organizations/organizations.policy.ts',
    search: "if (!isProposalCounting(facts.proposal, facts)) return effect('propose');",
    tests: ['test/attacks/four-eyes.test.ts'],
  },
  {
    control: 'the last owner stays',
    ids: 'A7.4',
    file: 'src/features/organizations/organizations.policy.ts',
    search: "return isLastOwner(facts) ? denied('last-owner') : effect('change');",
    replace: "return effect('change');",
    tests: ['test/e2e/members.test.ts'],
  },
  {
    control: 'people are told of changes of their account',
    ids: 'A1.6',
    file: 'src/features/users/notices.ts',
    search: "await this.outbox.post({ to, subject, text: `${lines.join('\\n')}\\n` });",
    replace: 'void [to, subject, lines];',
    tests: ['test/e2e/credentials.test.ts'],
  },
  {
    control: 'a one-time token has one purpose',
    ids: 'A1.2',
    file: 'src/features/one-time-tokens/one-time-tokens.service.ts',
    search: 'return { purpose, tokenHash: hashOpaqueToken(token), now: this.clock.now() };',
    replace:
      'return { purpose: undefined as never, tokenHash: hashOpaqueToken(token), now: this.clock.now(), purposeWas: purpose };',
    tests: ['test/attacks/one-time-token-abuse.test.ts'],
  },
];
