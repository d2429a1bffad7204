export interface Deprecation {
  /** From then on clients are told; `2026-11-26`, the start of that day in UTC. */
  readonly since: string;
  /** From then on there is nothing but a 410. */
  readonly sunset: string;
  /** The version of the API that has what replaces it, under the same path. */
  readonly successorVersion: string;
  /** What a client has to change. */
  readonly change: string;
}

const declarations = new WeakMap<object, Deprecation>();

/** Says of all routes of a controller that another version replaces them. A date that is none keeps the server from starting. @control B17.3 */
export function Deprecated(deprecation: Deprecation): ClassDecorator {
  if (!(secondsOf(deprecation.since) < secondsOf(deprecation.sunset))) {
    throw new Error(`@Deprecated: ${deprecation.sunset} is no day after ${deprecation.since}`);
  }
  return (controller) => {
    declarations.set(controller, deprecation);
  };
}

export function deprecationOf(controller: object): Deprecation | undefined {
  return declarations.get(controller);
}

/** The same path in the version that replaces it. */
export function successorOf(path: string, { successorVersion }: Deprecation): string {
  return path.replace(/^\/v\d+\//, `/v${successorVersion}/`);
}

/** RFC 9745 §2, RFC 8594 §3 and RFC 5829 §3.2. Made of declarations alone, so that nothing of a request gets into a header. @control B17.3 */
export function lifecycleHeaders(path: string, publicUrl: string, deprecation: Deprecation): Record<string, string> {
  const [successor = ''] = successorOf(path, deprecation).split('/:');
  return {
    deprecation: `@${secondsOf(deprecation.since)}`,
    sunset: new Date(secondsOf(deprecation.sunset) * 1000).toUTCString(),
    link: [
      `<${publicUrl}/deprecations>; rel="deprecation"`,
      `<${publicUrl}/deprecations>; rel="sunset"`,
      `<${publicUrl}${successor}>; rel="successor-version"`,
    ].join(', '),
  };
}

export function isGone({ sunset }: Deprecation, epochSeconds: number): boolean {
  return epochSeconds >= secondsOf(sunset);
}

function secondsOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}
