import { createHmac } from 'node:crypto';
import type { Secret } from '../../platform/config/index.js';

interface Call {
  readonly id: string;
  readonly body: string;
  readonly secret: Secret<string>;
  readonly at: Date;
}

/**
 * Headers of the Standard Webhooks specification 1.0: HMAC-SHA-256 over id, time and body. A receiver compares in constant
 * time, refuses what is older than five minutes, and keeps the ids of those minutes. @control B16.5
 */
export function signWebhook({ id, body, secret, at }: Call): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret.reveal()).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
