import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Email, Phone } from './fields.js';
import { createValidationPipe } from './validation.pipe.js';

class Contact {
  @Email({ optional: true }) email?: string;
  @Phone({ optional: true }) phone?: string;
}

const pipe = createValidationPipe();
const read = async (body: object) => {
  const contact: unknown = await pipe.transform(body, { type: 'body', metatype: Contact });
  return contact as Contact;
};

describe('B2.2 an e-mail address', () => {
  it.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com\n', 'ada@example.com'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--BCHER-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@ｅｘａｍｐｌｅ.com', 'ada@example.com'],
    ['ada+clinic@example.com', 'ada+clinic@example.com'],
    ['a.d.a@example.com', 'a.d.a@example.com'],
  ])('%j is %s', async (written, canonical) => {
    expect(await read({ email: written })).toEqual({ email: canonical });
  });

  it.each([
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@example.com\0',
    'ada@example.com, eve@example.com',
    'Ada <ada@example.com>',
    '"ada eve"@exa mple.com',
    'ada@',
    '@example.com',
    'ada',
    'ada@exa\u0000mple.com',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@localhost',
    'ädä@example.com',
    `${'a'.repeat(250)}@example.com`,
    `a@${'ü'.repeat(90_000)}.example`,
    '',
    null,
    7,
    {},
    ['ada@example.com'],
  ])('is never %j', async (email) => {
    await expect(read({ email })).rejects.toMatchObject({ code: 'validation-failed' });
  });

  it('is canonical once and for all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.emailAddress(), async (email) => {
        const once = await read({ email }).catch(() => undefined);
        fc.pre(once !== undefined);
        expect(await read({ email: once.email })).toEqual(once);
      }),
    );
  });
});

describe('B2.2 a telephone number', () => {
  it.each(['+44 20 7946 0123', '+44 (20) 7946-0123', '+44.20.7946.0123', '+442079460123'])('%s', async (phone) => {
    expect(await read({ phone })).toEqual({ phone: '+442079460123' });
  });
});
