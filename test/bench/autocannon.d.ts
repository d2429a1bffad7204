/** The part of autocannon that the bench uses; the package brings no types. */
declare module 'autocannon' {
  interface Options {
    url: string;
    headers: Record<string, string>;
    connections: number;
    /** In seconds; `amount` wins when both are given. */
    duration?: number;
    amount?: number;
  }

  interface Result {
    /** In seconds. */
    duration: number;
    requests: { total: number };
    /** In milliseconds. */
    latency: { p99: number };
    errors: number;
    timeouts: number;
    non2xx: number;
  }

  function autocannon(options: Options): Promise<Result>;
  export = autocannon;
}
