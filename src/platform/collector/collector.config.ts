import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { configSlice, integer } from '../config/index.js';

/** RFC 5425 §4.1. */
const SYSLOG_TLS_PORT = 6514;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** There is no form without TLS: a plain connection would show events to whoever is on the way, and take forged ones. */
function parseSyslogUrl(text: string, context: z.RefinementCtx): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (url?.protocol !== 'syslog+tls:' || url.hostname === '' || !isBare || !['', '/'].includes(url.pathname)) {
    context.addIssue({
      code: 'custom',
      message: 'must have the form syslog+tls://host:port: it is sent over TLS alone',
    });
    return z.NEVER;
  }
  const port = url.port === '' ? SYSLOG_TLS_PORT : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const pemFile = (description: string) =>
  z.string().refine(isReadable, 'cannot be read').optional().describe(description);

export class CollectorConfig extends configSlice('Collector', {
  SYSLOG_URL: z
    .string()
    .transform(parseSyslogUrl)
    .optional()
    .describe(
      'Where security events are sent besides the log: syslog+tls://host:6514 (RFC 5424 messages over TLS, RFC 5425). Default: nowhere.',
    ),
  SYSLOG_CA_PATH: pemFile(
    'PEM file of the authority that has signed the certificate of the collector. Default: those that Node knows.',
  ),
  SYSLOG_CLIENT_PATH: pemFile(
    'PEM file with the certificate and key by which the collector knows this server. Default: none.',
  ),
  SYSLOG_BUFFER: integer(
    'How many events are kept while the collector is away, per instance; beyond it the oldest go.',
    {
      min: 1,
      max: 1_000_000,
      default: 10_000,
    },
  ),
}) {}
