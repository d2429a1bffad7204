import { describe, expect, it } from 'vitest';
import { readClientData } from './client-data.js';

const challenge = 'A'.repeat(43);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('A1.2 client data', () => {
  it('gives its challenge, and whether its page was embedded', () => {
    expect(readClientData(encode({ challenge, type: 'webauthn.get', origin: 'https://example.com' }))).toEqual({
      challenge,
      isCrossOrigin: false,
    });
    expect(readClientData(encode({ challenge, crossOrigin: true }))?.isCrossOrigin).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]).toString('base64url')],
    ['text that is no JSON', Buffer.from('challenge').toString('base64url')],
    ['half of an object', Buffer.from('{"challenge":').toString('base64url')],
    ['null', encode(null)],
    ['a list', encode([challenge])],
    ['a text', encode(challenge)],
    ['no challenge', encode({})],
    ['a list for a challenge', encode({ challenge: [challenge] })],
    ['a challenge that is too short', encode({ challenge: 'A'.repeat(42) })],
    ['a challenge that is too long', encode({ challenge: 'A'.repeat(44) })],
    ['a challenge of another alphabet', encode({ challenge: `${'A'.repeat(42)}+` })],
    ['a challenge with a line break behind', encode({ challenge: `${challenge}\n` })],
    ['a challenge of the prototype', '{"__proto__":{"challenge":"x"}}'],
    ['a word for crossOrigin', encode({ challenge, crossOrigin: 'false' })],
    ['nested 100,000 deep', Buffer.from('['.repeat(100_000)).toString('base64url')],
  ])('is refused when it is %s', (_what, encoded) => {
    expect(readClientData(encoded)).toBeUndefined();
  });
});
