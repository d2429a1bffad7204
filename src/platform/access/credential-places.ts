import { API_KEY_ANYWHERE } from './api-key.js';

export interface CredentialPlaces {
  readonly url: string;
  /** As received; of a header that came twice both values, joined by a comma. */
  readonly authorization: string | undefined;
  /** Whether there is an `X-API-Key`, which some gateways and clients send: we never read it. */
  readonly hasKeyHeader: boolean;
}

type Verdict =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: 'credential-in-url' | 'two-credentials' };

const QUERY_NAMES = /^(?:(?:access|refresh|id)[-_]?token|token|api[-_]?key|key|authorization)$/i;
/** A JWT. It begins where no character of a token stands before it, so that the search stays linear. */
const JWT_ANYWHERE = /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;
const SECOND_CREDENTIAL = /,\s*(?:Bearer|ApiKey|Basic|DPoP|Digest)\s/i;

/**
 * Whether credentials stand where they may. In a URL they end up in logs, histories and `Referer` (ASVS 14.2.1, RFC 9700
 * §4.3.2): whoever sends one there should notice at once, also when it would not have been read. With two on one request, two
 * programs on the way may each take another one. @control A4.5 B3.2
 */
export function evaluateCredentialPlaces({ url, authorization, hasKeyHeader }: CredentialPlaces): Verdict {
  if (hasCredential(url)) return { allowed: false, reason: 'credential-in-url' };
  if (authorization !== undefined && (hasKeyHeader || SECOND_CREDENTIAL.test(authorization))) {
    return { allowed: false, reason: 'two-credentials' };
  }
  return { allowed: true };
}

function hasCredential(url: string): boolean {
  const [path = '', ...query] = url.split('?');
  if (isCredential(decoded(path))) return true;
  if (query.length === 0) return false;
  return [...new URLSearchParams(query.join('?'))].some(
    ([name, value]) => QUERY_NAMES.test(name) || isCredential(name) || isCredential(value),
  );
}

function isCredential(text: string): boolean {
  return API_KEY_ANYWHERE.test(text) || JWT_ANYWHERE.test(text);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A broken escape: the router refuses the whole path.
    return path;
  }
}
