import type { z } from 'zod';
import { StartRefused } from '../process/index.js';
import { withoutEmpty } from './env-file.js';
import { readEnvironment } from './environment.js';
import { isSecretField } from './fields.js';
import type { ConfigSlice, Environment } from './slice.js';

/** Everything that is wrong with the settings, in one message: an operator mends them in one go. */
export class ConfigurationInvalid extends StartRefused {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/** The parsed slices, by class. */
export class LoadedConfig {
  constructor(
    readonly slices: ReadonlyMap<ConfigSlice, object>,
    private readonly origin: Origin,
  ) {}

  get<T extends object>(slice: new (...values: never[]) => T): T {
    for (const instance of this.slices.values()) {
      if (instance instanceof slice) return instance;
    }
    throw new Error(`${slice.name} is not among the slices that were loaded`);
  }

  /** Whether the process was given this variable itself: reading it again cannot change it. */
  isFixed(name: string): boolean {
    return withoutEmpty(this.origin.process)[name] !== undefined;
  }

  /**
   * One slice as the same layers have it now; what was loaded at the start stays as it is. Nothing is generated. What
   * production refuses is refused here too. Throws `ConfigurationInvalid`.
   */
  reread<T extends object>(slice: ConfigSlice & (new (...values: never[]) => T)): T {
    const { environment, problems } = readEnvironment({
      ...this.origin,
      secretNames: secretNames(slice),
      isReread: true,
    });
    return new LoadedConfig(parse([slice], environment, problems), this.origin).get(slice);
  }
}

export interface Origin {
  readonly root: string;
  readonly process: Readonly<Record<string, string | undefined>>;
}

/** Reads and checks all slices before anything else starts. Throws `ConfigurationInvalid` with every problem found. */
export function loadConfig(slices: readonly ConfigSlice[], origin: Origin = currentProcess()): LoadedConfig {
  const { environment, problems } = readEnvironment({ ...origin, secretNames: slices.flatMap(secretNames) });
  // A production server whose `.env` vanishes must not read its next keys as a development server would.
  const pinned = { ...origin.process, NODE_ENV: environment['NODE_ENV'] };
  return new LoadedConfig(parse(slices, environment, problems), { root: origin.root, process: pinned });
}

export function currentProcess(): Origin {
  return { root: process.cwd(), process: process.env };
}

function parse(slices: readonly ConfigSlice[], environment: Environment, readingProblems: readonly string[]) {
  const problems = [...readingProblems];
  const instances = new Map<ConfigSlice, object>();
  for (const slice of slices) {
    const loaded = slice.load(environment, environment['NODE_ENV'] === 'production');
    problems.push(...loaded.problems);
    if (loaded.instance !== undefined) instances.set(slice, loaded.instance);
  }
  if (problems.length > 0) throw new ConfigurationInvalid(problems);
  return instances;
}

export function secretNames(slice: ConfigSlice): string[] {
  return Object.entries<z.core.$ZodType>(slice.schema.shape)
    .filter(([, field]) => isSecretField(field))
    .map(([name]) => name);
}
