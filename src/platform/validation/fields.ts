import { domainToASCII } from 'node:url';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { Permission } from '../access/index.js';
import { IsCalendarDate, IsInstant, IsStorableText } from './constraints.js';
import { declareSettable } from './settable-fields.js';

interface FieldOptions {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: string | number | readonly string[];
  /** Callers without this permission may not send the field at all. */
  readonly requires?: Permission;
}

interface TextOptions extends FieldOptions {
  readonly min?: number;
  readonly max: number;
}

/** RFC 5321 §4.5.3.1.3: a path of 256 octets, less the angle brackets. */
const EMAIL_MAX = 254;
const secretSchema = { type: String, format: 'password', example: 'correct horse battery staple' };
const tokenSchema = { type: String, example: 'mFq3XbXzT0mQm0dV6Yk1l2dYt3oVb8eJ5aN7cR9uW4s' };
/** E.164: at most 15 digits. */
const PHONE = /^\+[1-9]\d{6,14}$/;

/**
 * The vocabulary of bodies and queries: each decorator is the class-validator rules, the canonical form and the OpenAPI schema
 * of one kind of value, so that they cannot drift apart. @control A3.1 A3.2 B2.2
 */
function field(options: FieldOptions, schema: ApiPropertyOptions, ...rules: PropertyDecorator[]): PropertyDecorator {
  const { optional = false, requires, ...documentation } = options;
  // `null` is not "absent": only a missing property is optional, so that a PATCH cannot clear a column by accident.
  const presence = optional ? ValidateIf((_object, value) => value !== undefined) : IsDefined();
  const document = optional ? ApiPropertyOptional : ApiProperty;
  if (requires === undefined) return applyDecorators(presence, document({ ...schema, ...documentation }), ...rules);
  const guarded = { ...schema, ...documentation, 'x-requires': requires };
  return applyDecorators(presence, declareSettable({ requires }), document(guarded), ...rules);
}

/** Rewrites a string to its canonical form before the rules see it; leaves every other type for the rules to refuse. */
function canonical(rewrite: (value: string) => string): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? rewrite(value) : value));
}

/** Text of `min` (1) to `max` characters, without spaces at the ends. */
export function Text({ min = 1, max, ...options }: TextOptions): PropertyDecorator {
  const schema = { type: String, minLength: min, maxLength: max };
  return field(
    options,
    schema,
    canonical((value) => value.trim()),
    IsString(),
    Length(min, max),
    IsStorableText(),
  );
}

/**
 * In lower case, with the domain as the DNS has it (RFC 5891): two spellings of one mailbox must not be two accounts. What is
 * before the @, a plus tag included, is the mailbox's own business (RFC 5321 §2.3.11).
 */
function canonicalEmail(value: string): string {
  const address = value.trim().toLowerCase();
  // No more is worth the work: the rules refuse it by its length.
  if (address.length > EMAIL_MAX) return address;
  const at = address.lastIndexOf('@');
  // The empty text is what a domain gives that is none.
  const domain = domainToASCII(address.slice(at + 1));
  return at < 1 || domain === '' ? address : `${address.slice(0, at + 1)}${domain}`;
}

/** An e-mail address, in its canonical form. */
export function Email(options: FieldOptions = {}): PropertyDecorator {
  const schema = { type: String, format: 'email', maxLength: EMAIL_MAX, example: 'ada@example.com' };
  const rules = [IsString(), MaxLength(EMAIL_MAX), IsStorableText(), IsEmail({ allow_utf8_local_part: false })];
  return field(options, schema, canonical(canonicalEmail), ...rules);
}

/** A secret that somebody typed, exactly as received (ASVS 6.2.8): only bounded, so that hashing cannot be abused. */
export function TypedSecret({ max, ...options }: TextOptions): PropertyDecorator {
  return field(options, { ...secretSchema, maxLength: max }, IsString(), Length(1, max));
}

/** A one-time password or a recovery code, as somebody typed it: digits, letters, spaces and hyphens. */
export function TypedCode(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, maxLength: 64, example: '492039' },
    IsString(),
    Matches(/^[A-Za-z0-9 -]{1,64}$/),
  );
}

/** An opaque token of ours, in base64url. */
export function OpaqueToken(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { ...tokenSchema, maxLength: 64 }, IsString(), Matches(/^[A-Za-z0-9_-]{43}$/));
}

/** A telephone number in E.164: `+442079460123`; spaces, dots, hyphens and parentheses are removed. */
export function Phone(options: FieldOptions = {}): PropertyDecorator {
  const schema = { type: String, pattern: PHONE.source, maxLength: 16, example: '+442079460123' };
  return field(
    options,
    schema,
    canonical((value) => value.replace(/[\s().-]/g, '')),
    IsString(),
    Matches(PHONE),
  );
}

/** A calendar date that exists: `1984-02-29` (RFC 3339 full-date). */
export function CalendarDate(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, format: 'date' }, IsString(), IsCalendarDate());
}

/** A moment with its offset: `2026-01-31T09:30:00Z` (RFC 3339 date-time). */
export function Instant(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, format: 'date-time' }, IsString(), IsInstant());
}

export function Identifier(options: FieldOptions = {}): PropertyDecorator {
  return field(
    options,
    { type: String, format: 'uuid' },
    canonical((value) => value.toLowerCase()),
    IsUUID(),
  );
}

export function OneOf(values: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, enum: [...values] }, IsIn(values));
}

/** Decimal digits alone: `Number` would take `0x10`, `1e1`, blanks and `true` as well. */
function isWholeNumber(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value);
}

/** A whole number of a query string. */
export function WholeNumber({
  min,
  max,
  ...options
}: FieldOptions & { readonly min: number; readonly max: number }): PropertyDecorator {
  return field(
    options,
    { type: 'integer', minimum: min, maximum: max },
    Transform(({ value }: { value: unknown }) => (isWholeNumber(value) ? Number(value) : value)),
    IsInt(),
    Min(min),
    Max(max),
  );
}

/** Bytes in base64url without padding (RFC 4648 §5): up to `max` characters, never none. */
export function Base64Url({ max, ...options }: FieldOptions & { readonly max: number }): PropertyDecorator {
  const schema = { type: String, maxLength: max, pattern: '^[A-Za-z0-9_-]+$', example: 'AQIDBAUGBwg' };
  return field(options, schema, IsString(), MaxLength(max), Matches(/^[A-Za-z0-9_-]+$/));
}

/** A list of words of a protocol that others extend: `["internal", "hybrid"]`. */
export function Keywords({ maxItems, ...options }: FieldOptions & { readonly maxItems: number }): PropertyDecorator {
  const schema = {
    type: 'array' as const,
    items: { type: 'string', pattern: '^[a-z0-9-]{1,32}$', maxLength: 32 },
    maxItems,
  };
  return field(options, schema, IsArray(), ArrayMaxSize(maxItems), Matches(/^[a-z0-9-]{1,32}$/, { each: true }));
}

/** An object with rules of its own; fields that it does not list are refused there too. */
export function Nested(type: () => new () => object, options: FieldOptions = {}): PropertyDecorator {
  // Swagger tells a class from a function that gives one by the name of the function.
  const rules = [declareSettable({ nested: type }), IsObject(), ValidateNested(), Type(type)];
  return field(options, { type: () => type() }, ...rules);
}

/** An object that a protocol sends along and nobody here reads: of any form, up to `max` characters of JSON. */
export function IgnoredObject({ max, ...options }: FieldOptions & { readonly max: number }): PropertyDecorator {
  const isBounded = ValidateBy({
    name: 'isBounded',
    validator: {
      validate: (value: unknown) => JSON.stringify(value).length <= max,
      defaultMessage: () => `$property must be shorter than or equal to ${max} characters of JSON`,
    },
  });
  // JSON Schema bounds texts alone: on an object `maxLength` documents our rule, and validators pass it over.
  const schema = { type: 'object' as const, additionalProperties: true, maxLength: max, example: {} };
  return field(options, schema, IsObject(), isBounded);
}
