export type SpanAttributes = Readonly<Record<string, string | number>>;

/**
 * Something that goes on. What it says of itself are names and numbers of ours: no URL, no value, no message of an error.
 * @control A6.2
 */
export interface OpenSpan {
  end(outcome: { readonly name?: string; readonly attributes?: SpanAttributes; readonly failure?: string }): void;
}
