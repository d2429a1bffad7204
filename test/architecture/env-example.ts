import { z } from 'zod';
import { defaultOf, innerField, isSecretField, type ConfigSlice } from '../../src/platform/config/index.js';

const HEAD = `# Every setting there is. Generated from the config slices: npm run env:example.
# Copy to .env and fill in what you need; outside production nothing here is required, and missing secrets are generated
# into .data/dev.env. A secret may also come from a file: NAME_FILE=/run/secrets/name.
`;

/** The text of `.env.example`. */
export function describeSettings(slices: readonly ConfigSlice[]): string {
  return [HEAD, ...slices.map(describeSlice)].join('\n');
}

function describeSlice(slice: ConfigSlice): string {
  const settings = Object.entries<z.core.$ZodType>(slice.schema.shape).map(([name, field]) =>
    describeSetting(name, field),
  );
  return [`# --- ${slice.title} ---`, '', ...settings].join('\n');
}

function describeSetting(name: string, field: z.core.$ZodType): string {
  const notes = [isSecretField(field) ? 'Secret.' : '', isRequired(field) ? 'Required in production.' : ''];
  const text = [descriptionOf(field), ...notes].filter((note) => note !== '').join(' ');
  const value = defaultOf(field);
  return `# ${text}\n${value === undefined ? `# ${name}=` : `# ${name}=${value}`}\n`;
}

/** The outermost wrapper that carries one. */
function descriptionOf(field: z.core.$ZodType): string {
  const own = z.globalRegistry.get(field)?.description;
  const inner = innerField(field);
  return own ?? (inner === undefined ? '' : descriptionOf(inner));
}

function isRequired(field: z.core.$ZodType): boolean {
  return !z.safeParse(field, undefined).success;
}
