import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { setting } from '../bootstrap/settings.mjs';
import { replaceFile } from './replace-file.ts';
import { describe, parseKeySet, rotate } from './rotation.ts';

const usage = `npm run keys:rotate-signing -- [--lead <seconds>] [--print] [--force]

Adds a key for access tokens to the set in SIGNING_KEYS_FILE, else to the one in .data/dev.env. It signs once the lead is over;
the key that signs until then verifies until its last token has expired, and what has ended is dropped. Servers read the file
again by themselves. Prints key ids and times.
  --lead <seconds>   until the new key signs; 600 when not given, at least twice SIGNING_KEYS_RELOAD_S
  --print            write nothing: print the new set, which is secret, for the place that SIGNING_KEYS comes from
  --force            even when the key of another rotation does not sign yet`;

const generatedFile = '.data/dev.env';

interface Source {
  /** Where the set stands; absent when SIGNING_KEYS itself is given. */
  readonly file?: string;
  readonly text: string;
  readonly kidPrefix: string;
  /** The content of the file with this set in it. */
  embed(set: string): string;
}

function main(): void {
  const { lead, print, force, help } = readArguments();
  if (help) return console.log(usage);
  const source = findSource();
  if (source.file === undefined && !print) {
    throw new Failure(
      'SIGNING_KEYS is given directly, so no file can be rotated: add --print, and store the new set where it comes from.',
    );
  }
  const now = Math.floor(Date.now() / 1000);
  const options = { now, lead, kidPrefix: source.kidPrefix, isForced: force };
  const rotation = rotate(parseKeySet(source.text), options);
  const set = JSON.stringify(rotation.set);
  if (print || source.file === undefined) {
    // The notes go to stderr, so that the set alone can be piped to a secret manager.
    console.error(describe(rotation));
    return console.log(set);
  }
  write(source.file, source.embed(set));
  console.log(`Rotated the signing keys in ${source.file}:\n${describe(rotation)}`);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        lead: { type: 'string', default: '600' },
        print: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return { ...values, lead: values.help ? 0 : leadOf(values.lead) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`That is not how it is called.\n\n${usage}`, { cause: error });
  }
}

/** A server that does not know a key yet refuses what another signs with it: the lead covers a reading that was just missed. */
function leadOf(text: string): number {
  const least = 2 * Number(setting('SIGNING_KEYS_RELOAD_S') ?? 10);
  const lead = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (lead >= least) return lead;
  throw new Failure(`--lead takes whole seconds, at least ${least}: twice SIGNING_KEYS_RELOAD_S.`);
}

/** As the server finds it: see src/platform/config/environment.ts. */
function findSource(): Source {
  const text = setting('SIGNING_KEYS');
  const file = setting('SIGNING_KEYS_FILE');
  if (text !== undefined && file !== undefined) {
    throw new Failure('SIGNING_KEYS and SIGNING_KEYS_FILE are both given: the server takes one of them.');
  }
  if (text !== undefined) return { text, kidPrefix: '', embed: (set) => set };
  if (file !== undefined) return { file, text: read(file), kidPrefix: '', embed: (set) => `${set}\n` };
  return generatedSource();
}

function generatedSource(): Source {
  const content = existsSync(generatedFile) ? read(generatedFile) : '';
  const text = parseEnv(content)['SIGNING_KEYS'];
  if (text === undefined) {
    throw new Failure(`SIGNING_KEYS_FILE is not set and ${generatedFile} has no SIGNING_KEYS: npm run up makes them.`);
  }
  // By this prefix production refuses a development key: DEVELOPMENT_KEY_PREFIX of src/platform/config.
  return { file: generatedFile, text, kidPrefix: 'dev-', embed: (set) => withSigningKeys(content, set) };
}

function withSigningKeys(content: string, set: string): string {
  const changed = content.replace(/^SIGNING_KEYS=.*$/m, () => `SIGNING_KEYS='${set}'`);
  if (parseEnv(changed)['SIGNING_KEYS'] === set) return changed;
  throw new Failure(`The SIGNING_KEYS of ${generatedFile} must stand on one line, once, in single quotes.`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`${file} cannot be read.`, { cause: error });
  }
}

function write(file: string, content: string): void {
  try {
    replaceFile(file, content);
  } catch (error) {
    throw new Failure(`${file} cannot be replaced, so it stays as it was: write beside it, or use --print.`, {
      cause: error,
    });
  }
}

await runScript(main);
