/** Every setting by name, as src/platform/config/settings-in-force.ts shows it. */
export type Settings = Readonly<Record<string, string>>;

type Rule = (before: string, after: string) => boolean;

const NOT_SET = 'not set';
const entries = (list: string): string[] => (list === NOT_SET ? [] : list.split(','));

const more: Rule = (before, after) => Number(after) > Number(before);
const less: Rule = (before, after) => Number(after) < Number(before);
const wider: Rule = (before, after) => entries(after).some((entry) => !entries(before).includes(entry));
const gone: Rule = (before, after) => before !== NOT_SET && after === NOT_SET;
const becomes =
  (value: string): Rule =>
  (_before, after) =>
    after === value;
const anything: Rule = () => true;

/** When a change of a setting makes a defence weaker; of the others it is a change like any. */
const weakenings: Readonly<Record<string, Rule>> = {
  NODE_ENV: (before) => before === 'production',
  TRUSTED_PROXIES: wider,
  CORS_ORIGINS: wider,
  WEBAUTHN_ORIGINS: wider,
  MANAGEMENT_ALLOW: wider,
  MANAGEMENT_HOST: anything,
  DETECTION_NEVER_BLOCK: wider,
  // In which direction a threshold has moved, nobody can tell but who reads it.
  DETECTION_THRESHOLDS: anything,
  DETECTION_HONEY_KEYS: gone,
  DETECTION_REACTION_S: less,
  THROTTLE_SCALE: more,
  ACCESS_TOKEN_TTL_S: more,
  REFRESH_GRACE_S: more,
  SESSION_IDLE_S: more,
  SESSION_MAX_AGE_S: more,
  TOTP_PREVIOUS_STEPS: more,
  ARGON2_MEMORY_KIB: less,
  ARGON2_ITERATIONS: less,
  DATABASE_PLAINTEXT: becomes('accepted'),
  REDIS_PLAINTEXT: becomes('accepted'),
  NODE_TLS_REJECT_UNAUTHORIZED: becomes('0'),
  KEY_PROVIDER: becomes('local'),
  PWNED_PASSWORDS_URL: gone,
  ALERT_WEBHOOK_URL: gone,
  ALERT_EMAIL: gone,
  SYSLOG_URL: gone,
  WATCHED_CERTIFICATES: gone,
};

export const watchedSettings: readonly string[] = Object.keys(weakenings);

/** What has changed since settings were accepted; nothing where none ever were. @control B20.1 */
export function settingsDrift(before: Settings | undefined, after: Settings) {
  const changed = before === undefined ? [] : [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = changed.toSorted().flatMap((name) => {
    const [from, to] = [before?.[name] ?? NOT_SET, after[name] ?? NOT_SET];
    const text = `setting ${name}: ${from} -> ${to}`;
    return from === to ? [] : [{ text, isWeaker: weakenings[name]?.(from, to) ?? false }];
  });
  const textsOf = (isWeaker: boolean) => changes.filter((one) => one.isWeaker === isWeaker).map(({ text }) => text);
  return { weaker: textsOf(true), other: textsOf(false) };
}
