import type { Switch } from './switch.ts';

const KEYS = 'src/features/api-keys/api-keys.policy.ts';

/** API keys. */
export const programs: readonly Switch[] = [
  {
    control: 'secret of an API key',
    ids: 'A4.1',
    file: KEYS,
    search: "if (!facts.isSecretRight) return { allowed: false, reason: 'wrong-secret' };",
    tests: ['test/attacks/api-key-abuse.test.ts'],
  },
  {
    control: 'networks of an API key',
    ids: 'A4.2 B14.1',
    file: KEYS,
    search:
      "if (isBound && !includesAddress(facts.parsedNetworks, ip)) return { allowed: false, reason: 'wrong-network' };",
    replace: 'void isBound;',
    tests: ['test/e2e/api-keys.test.ts'],
  },
  {
    control: 'end of an API key',
    ids: 'A4.2',
    file: KEYS,
    search: "if (expiresAt <= now) return 'expired';",
    tests: ['src/features/api-keys/api-keys.policy.spec.ts'],
  },
  {
    control: 'revocation of an API key',
    ids: 'A4.4',
    file: KEYS,
    search: "if (revokedAt !== null) return 'revoked';",
    tests: ['test/e2e/api-keys.test.ts'],
  },
  {
    control: 'pepper of API keys',
    ids: 'A4.1',
    file: 'src/features/api-keys/api-key-hasher.ts',
    search: "return createHmac('sha256', pepper)",
    replace: "return createHmac('sha256', 'constant')",
    tests: ['test/attacks/api-key-abuse.test.ts'],
  },
];
