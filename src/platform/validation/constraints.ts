import { buildMessage, ValidateBy } from 'class-validator';

/**
 * Text that PostgreSQL and UTF-8 can hold: NUL is refused by PostgreSQL, a lone surrogate has no UTF-8 form. Other control
 * characters have no place in a field either, but for tab and line breaks. @control A3.3 A3.5
 */
export function isStorableText(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.isWellFormed() &&
    !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.test(value)
  );
}

export function IsStorableText(): PropertyDecorator {
  return ValidateBy({
    name: 'isStorableText',
    validator: {
      validate: isStorableText,
      defaultMessage: buildMessage((each) => `${each}$property must not contain control characters or lone surrogates`),
    },
  });
}

const FULL_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A day of the calendar between 1900 and 2199, as RFC 3339 full-date: 2023-02-29 does not exist. */
export function isCalendarDate(value: unknown): boolean {
  if (typeof value !== 'string' || !FULL_DATE.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return false;
  const year = date.getUTCFullYear();
  return date.toISOString().startsWith(value) && year >= 1900 && year < 2200;
}

export function IsCalendarDate(): PropertyDecorator {
  return ValidateBy({
    name: 'isCalendarDate',
    validator: {
      validate: isCalendarDate,
      defaultMessage: buildMessage((each) => `${each}$property must be a date such as 1984-02-29`),
    },
  });
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** A moment of a day that exists, as RFC 3339 date-time: with an offset, or nobody knows which moment it is. */
export function isInstant(value: unknown): boolean {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return false;
  return isCalendarDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));
}

export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: isInstant,
      defaultMessage: buildMessage((each) => `${each}$property must be a date and time such as 2026-01-31T09:30:00Z`),
    },
  });
}
