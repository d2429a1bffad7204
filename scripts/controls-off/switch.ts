/** One control, how it is taken out, and the tests that have to notice. The edit must apply exactly once. */
export interface Switch {
  readonly control: string;
  /** Requirements that it carries. */
  readonly ids: string;
  readonly file: string;
  readonly search: string;
  /** What stands there instead; nothing when absent. */
  readonly replace?: string;
  readonly tests: readonly string[];
}
