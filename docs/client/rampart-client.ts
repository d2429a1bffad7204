/** What the API answered instead of what was asked for: a problem of RFC 9457. `code` is stable; decide by it, and not by the text. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** Names the request in the log of the server: give it when you ask for help. */
  readonly requestId: string | null;

  constructor(response: Response, problem: { title?: string; code?: string }) {
    super(`${response.status} ${problem.title ?? response.statusText}`);
    this.name = 'ApiProblem';
    this.status = response.status;
    this.code = problem.code ?? 'unknown';
    this.requestId = response.headers.get('x-request-id');
  }
}

interface SessionTokens {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
}

interface Challenge {
  readonly mfaRequired: true;
  readonly challengeToken: string;
}

/** The waits and the clock, so that a test need not wait. */
interface Surroundings {
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: () => number;
}

const real: Surroundings = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  now: () => Date.now(),
};

/** Refresh this long before the end: a token that ends on the way is refused. */
const MARGIN_MS = 15_000;
/** Who is told to wait longer gets the problem instead: a person should know. */
const LONGEST_WAIT_S = 60;
const TRIES = 3;

/**
 * A client without any package. Tokens stay in memory: whoever stores the refresh token stores a credential, and must store the
 * new one after every refresh, because each works once.
 */
export class RampartClient {
  private readonly api: string;
  private readonly surroundings: Surroundings;
  private key: string | undefined;
  private tokens: (SessionTokens & { readonly endsAt: number }) | undefined;
  /** One refresh at a time: two at once look like theft of the refresh token, and end the session. */
  private refreshing: Promise<void> | undefined;

  constructor(api: string, surroundings: Surroundings = real) {
    this.api = api.replace(/\/$/, '');
    this.surroundings = surroundings;
  }

  /** `oneTimePassword` is asked when the person has a second factor. */
  async signIn(email: string, password: string, oneTimePassword: () => string | Promise<string>): Promise<void> {
    const first = await this.send<SessionTokens | Challenge>('POST', '/v1/auth/login', { email, password });
    if (!('mfaRequired' in first)) return this.keep(first);
    const { challengeToken } = first;
    const code = await oneTimePassword();
    this.keep(await this.send<SessionTokens>('POST', '/v1/auth/mfa', { challengeToken, method: 'totp', code }));
  }

  /** Acts as a program from now on. */
  useKey(key: string): void {
    this.key = key;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call<T>('POST', path, body);
  }

  delete(path: string): Promise<void> {
    return this.call<void>('DELETE', path);
  }

  async signOut(): Promise<void> {
    await this.call('POST', '/v1/auth/logout');
    this.tokens = undefined;
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.send<T>(method, path, body, await this.credential());
  }

  private async credential(): Promise<string> {
    if (this.key !== undefined) return `ApiKey ${this.key}`;
    if (this.tokens === undefined) throw new Error('sign in first');
    if (this.tokens.endsAt - MARGIN_MS <= this.surroundings.now()) await this.refresh();
    return `Bearer ${this.tokens.accessToken}`;
  }

  private refresh(): Promise<void> {
    const refreshToken = this.tokens?.refreshToken;
    this.refreshing ??= this.send<SessionTokens>('POST', '/v1/auth/refresh', { refreshToken })
      .then((tokens) => this.keep(tokens))
      .finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private keep(tokens: SessionTokens): void {
    this.tokens = { ...tokens, endsAt: this.surroundings.now() + tokens.expiresIn * 1000 };
  }

  /**
   * Waits as long as `Retry-After` says (429, 503), and not for ever. A POST has a key, the same at each try: what the first has
   * made is not made twice.
   */
  private async send<T>(method: string, path: string, body?: unknown, credential?: string): Promise<T> {
    const headers = headersOf(method, body, credential);
    for (let tried = 1; ; tried += 1) {
      const response = await fetch(this.api + path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
      const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
      const problem = new ApiProblem(response, (await response.json().catch(() => ({}))) as object);
      if (!(wait <= LONGEST_WAIT_S) || tried === TRIES) throw problem;
      await this.surroundings.sleep(wait * 1000);
    }
  }
}

function headersOf(method: string, body: unknown, credential: string | undefined): Record<string, string> {
  return {
    ...(credential !== undefined && { authorization: credential }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(method === 'POST' && { 'idempotency-key': crypto.randomUUID() }),
  };
}
