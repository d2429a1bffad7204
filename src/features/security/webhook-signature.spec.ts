import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../platform/config/index.js';
import { signWebhook } from './webhook-signature.js';

const call = {
  id: '0198c0de',
  body: '{"a":1}',
  secret: new Secret('k'.repeat(32)),
  at: new Date('2026-11-26T12:00:00.900Z'),
};

describe('the signature of a webhook', () => {
  it('B16.5 is an HMAC-SHA-256 over id, whole seconds and body', () => {
    const expected = createHmac('sha256', 'k'.repeat(32)).update('0198c0de.1795694400.{"a":1}').digest('base64');
    expect(signWebhook(call)).toEqual({
      'webhook-id': '0198c0de',
      'webhook-timestamp': '1795694400',
      'webhook-signature': `v1,${expected}`,
    });
  });

  it.each([
    ['id', { id: 'other' }],
    ['body', { body: '{"a":2}' }],
    ['time', { at: new Date('2026-11-26T12:00:01Z') }],
    ['key', { secret: new Secret('l'.repeat(32)) }],
  ])('B16.5 is another for another %s', (_what, change) => {
    expect(signWebhook({ ...call, ...change })['webhook-signature']).not.toBe(signWebhook(call)['webhook-signature']);
  });
});
