import type { Domain } from './flow.ts';

/*
 * What the variables of the policy language can be, as far as a comparison with something else is a mistake.
 */

const number = (min: number, max: number, values?: readonly number[]) =>
  ({ kind: 'number', min, max, ...(values && { values }) }) as const;

const COUNT = number(0, Number.POSITIVE_INFINITY);

/** Who knows that requests have lifetimes of -1 may guard against it: `token.lifetime > -1`. */
const LIFETIME = { ...COUNT, guarded: true } as const;

const FIELDS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  Address: { value: { kind: 'address' }, version: number(4, 6, [4, 6]) },
  Geo: {
    country: { kind: 'country' },
    continent: { kind: 'continent' },
    asn: number(0, 2 ** 32 - 1),
  },
  Abuse: { score: number(0, 100), reports: COUNT, reporters: COUNT, age_hours: COUNT },
  Organization: { depth: COUNT },
  Token: { lifetime: LIFETIME },
  RefreshToken: { lifetime: LIFETIME },
  Now: { hour: number(0, 23), minute: number(0, 59), weekday: number(0, 6) },
};

/** Parts of a timestamp as CEL counts them: months, days of a month and days of a year from 0. */
const TIMESTAMP_PARTS: Readonly<Record<string, object>> = {
  getDate: number(1, 31),
  getDayOfMonth: number(0, 30),
  getDayOfWeek: number(0, 6),
  getDayOfYear: number(0, 365),
  getFullYear: number(1, 9999),
  getHours: number(0, 23),
  getMilliseconds: number(0, 999),
  getMinutes: number(0, 59),
  getMonth: number(0, 11),
  getSeconds: number(0, 59),
};

/** The domain of a field of a type, under the name that messages give it. */
export function domainOfField(type: string, field: string, name: string): Domain | undefined {
  const fields = FIELDS[type];
  const domain = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  return domain && ({ ...domain, name } as Domain);
}

export function domainOfTimestampPart(method: string): Domain | undefined {
  if (!Object.hasOwn(TIMESTAMP_PARTS, method)) return undefined;
  return { ...TIMESTAMP_PARTS[method], name: `${method}()` } as Domain;
}

export const SIZE: Domain = { ...COUNT, name: 'size()' };
