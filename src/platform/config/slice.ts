import { z } from 'zod';

/** The variables of the process after all layers are merged; a variable that is not set is absent. */
export type Environment = Readonly<Record<string, string>>;

export interface LoadedSlice {
  readonly problems: readonly string[];
  /** Absent exactly when there are problems. */
  readonly instance?: object;
}

/** What the loader and the generator of `.env.example` need to know of a slice. */
export interface ConfigSlice {
  new (values: never): object;
  readonly title: string;
  readonly schema: z.ZodObject;
  load(environment: Environment, isProduction: boolean): LoadedSlice;
}

/**
 * Base class of one platform slice's settings: `class HttpConfig extends configSlice('HTTP', { PORT: ... }) {}`.
 *
 * The class is the injection token; `values` holds the parsed settings under the names of their variables.
 * A slice states what production refuses by overriding `static productionProblems`.
 */
export function configSlice<S extends z.ZodRawShape>(title: string, fields: S) {
  const schema = z.object(fields);
  type Values = z.output<typeof schema>;

  return class {
    static readonly title: string = title;
    static readonly schema = schema;

    constructor(readonly values: Values) {}

    static productionProblems(_values: Values): readonly string[] {
      return [];
    }

    static load(environment: Environment, isProduction: boolean): LoadedSlice {
      const parsed = schema.safeParse(environment);
      if (!parsed.success) {
        return { problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) };
      }
      const problems = isProduction ? this.productionProblems(parsed.data) : [];
      return problems.length > 0 ? { problems } : { problems, instance: new this(parsed.data) };
    }
  };
}
