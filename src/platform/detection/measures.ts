export const measureKinds = ['slow-down', 'step-up', 'block'] as const;

export type MeasureKind = (typeof measureKinds)[number];

export function isMeasureKind(text: string): text is MeasureKind {
  return measureKinds.some((kind) => kind === text);
}

/** What the server does about a subject for a time. */
export interface Measure {
  readonly kind: MeasureKind;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** What is in force: asked on every request, so answered from memory. Implemented by features/security. */
export abstract class Measures {
  /** Whether nothing at all is in force, as on most days. */
  abstract readonly isEmpty: boolean;

  /** `subject` as in `Detection`. */
  abstract of(subject: string): readonly Measure[];
}
