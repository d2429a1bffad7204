import { Secret } from '../config/index.js';

/** Where mail is handed in (RFC 8314 §3.3: `smtps:` is TLS from the first byte, `smtp:` may be upgraded by STARTTLS). */
export interface SmtpServerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user?: string;
  readonly password?: Secret<string>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };

/**
 * Parses `smtp://user:pass@host:587` or `smtps://user:pass@host:465`. Throws on anything else: nodemailer would take options
 * from a query, among them those that switch the check of certificates off.
 */
export function parseSmtpUrl(text: Secret<string>): SmtpServerAddress {
  const url = new URL(text.reveal());
  const defaultPort = DEFAULT_PORTS[url.protocol];
  const hasMore = url.search !== '' || url.hash !== '' || !['', '/'].includes(url.pathname);
  if (defaultPort === undefined || url.hostname === '' || hasMore) throw new Error('not an SMTP URL');
  if ((url.username === '') !== (url.password === '')) throw new Error('half of a login');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPort : Number(url.port),
    isTls: url.protocol === 'smtps:',
    ...(url.username !== '' && {
      user: decodeURIComponent(url.username),
      password: new Secret(decodeURIComponent(url.password)),
    }),
  };
}
