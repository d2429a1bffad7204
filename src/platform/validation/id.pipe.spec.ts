import { describe, expect, it } from 'vitest';
import { ValidationFailed } from '../errors/index.js';
import { IdPipe } from './id.pipe.js';

const UUID = '0190a0b0-0000-7000-8000-000000000001';

describe('an id in the path', () => {
  const id = new IdPipe();
  const transformId = (value: unknown) => id.transform(value, { type: 'param', data: 'patientId' });

  it('B2.2 is a UUID in lower case', () => {
    expect(transformId(UUID)).toBe(UUID);
    expect(transformId(UUID.toUpperCase())).toBe(UUID);
  });

  it.each<[unknown]>([
    [''],
    ['1'],
    ['me'],
    ['..'],
    [UUID.slice(1)],
    [`${UUID}0`],
    [` ${UUID}`],
    [`${UUID}\n`],
    [`${UUID}\0`],
    [`{${UUID}}`],
    [UUID.replaceAll('-', '')],
    [`${UUID}'--`],
    ['g190a0b0-0000-7000-8000-000000000001'],
    [undefined],
    [null],
    [7],
    [[UUID]],
    [{}],
  ])('A3.1 is never %j', (value) => {
    expect(() => transformId(value)).toThrow(ValidationFailed);
  });

  it('B8.4 is named in the refusal by its parameter, without its value', () => {
    const fields = [{ pointer: '#/patientId', code: 'is-uuid', message: 'patientId must be a UUID' }];
    expect(() => transformId('canary')).toThrow(expect.objectContaining({ fields }));
  });
});
