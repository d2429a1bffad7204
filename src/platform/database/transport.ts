const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether nobody on the way can read or change what is said to a database: TLS with a certificate of that host (RFC 9525), or no
 * way, within one host. What pg could understand in another way than this does is refused (fails closed): a parameter that comes
 * twice, `ssl` beside `sslmode`, no host at all. @control A2.2
 */
export function isPrivateTransport(connectionString: string): boolean {
  if (!URL.canParse(connectionString)) return false;
  const { hostname, searchParams } = new URL(connectionString);
  const [host = hostname, ...moreHosts] = searchParams.getAll('host');
  const isHere = moreHosts.length === 0 && (host.startsWith('/') || LOOPBACK.test(host));
  const isVerified = searchParams.getAll('sslmode').join() === 'verify-full' && !searchParams.has('ssl');
  return isHere || (isVerified && host !== '');
}
