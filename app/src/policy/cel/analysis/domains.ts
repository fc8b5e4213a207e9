import { CLAIM_NAMES, GRANTS, type KnownNames, USAGE_TYPES } from './known-names.ts';

/*
 * The possible values of variables of the policy language. A comparison with any other value is an issue.
 */

interface CodeValues {
  readonly kind: 'country' | 'continent';
}

interface AddressValues {
  readonly kind: 'address';
}

interface NumberValues {
  readonly kind: 'number';
  readonly min: number;
  /** `Infinity` if there is no maximum. */
  readonly max: number;
  /** The only possible numbers, if not all between `min` and `max` are. */
  readonly values?: readonly number[];
  /** Whether a comparison that is always true is accepted as a guard. */
  readonly guarded?: boolean;
}

interface NameValues {
  readonly kind: 'names';
  readonly names: KnownNames;
}

type Values = CodeValues | AddressValues | NumberValues | NameValues;

/** The possible values of a field, and its name in messages. */
export type Domain = Values & { readonly name: string };

/** A domain whose values are codes. */
export type CodeDomain = CodeValues & { readonly name: string };

export type NameDomain = NameValues & { readonly name: string };

export type NumberDomain = NumberValues & { readonly name: string };

export function isCodeDomain(domain: Domain): domain is CodeDomain {
  return domain.kind === 'country' || domain.kind === 'continent';
}

function numbers(min: number, max: number, values?: readonly number[]): NumberValues {
  return { kind: 'number', min, max, ...(values && { values }) };
}

const COUNT = numbers(0, Number.POSITIVE_INFINITY);

/** Requests may contain lifetimes of -1, so authors may guard against it: `token.lifetime > -1`. */
const LIFETIME: NumberValues = { ...COUNT, guarded: true };

const AS_NUMBER = numbers(0, 2 ** 32 - 1);

const FIELDS: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  Address: { value: { kind: 'address' }, version: numbers(4, 6, [4, 6]) },
  Geo: {
    country: { kind: 'country' },
    continent: { kind: 'continent' },
    asn: AS_NUMBER,
  },
  Network: { asn: AS_NUMBER },
  Abuse: {
    score: numbers(0, 100),
    reports: COUNT,
    reporters: COUNT,
    age_hours: COUNT,
    usage: { kind: 'names', names: USAGE_TYPES },
  },
  Request: { grant: { kind: 'names', names: GRANTS } },
  Organization: { depth: COUNT },
  Token: { lifetime: LIFETIME },
  RefreshToken: { lifetime: LIFETIME },
  Now: { hour: numbers(0, 23), minute: numbers(0, 59), weekday: numbers(0, 6) },
};

/** CEL counts months, days of the month (except in `getDate`) and days of the year from 0. */
const TIMESTAMP_PARTS: Readonly<Record<string, Values>> = {
  getDate: numbers(1, 31),
  getDayOfMonth: numbers(0, 30),
  getDayOfWeek: numbers(0, 6),
  getDayOfYear: numbers(0, 365),
  getFullYear: numbers(1, 9999),
  getHours: numbers(0, 23),
  getMilliseconds: numbers(0, 999),
  getMinutes: numbers(0, 59),
  getMonth: numbers(0, 11),
  getSeconds: numbers(0, 59),
};

/** Returns the domain of a field of a type; `undefined` if the field can have any value. `name` is for messages. */
export function domainOfField(type: string, field: string, name: string): Domain | undefined {
  const fields = FIELDS[type];
  const values = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  return values && { ...values, name };
}

/** Returns the domain of a claim of the access token; `undefined` if it can have any value. */
export function domainOfClaim(claim: string, name: string): Domain | undefined {
  const names = Object.hasOwn(CLAIM_NAMES, claim) ? CLAIM_NAMES[claim] : undefined;
  return names && { kind: 'names', names, name };
}

/** Returns the domain of the result of a method of timestamps. */
export function domainOfTimestampPart(method: string): Domain | undefined {
  const values = Object.hasOwn(TIMESTAMP_PARTS, method) ? TIMESTAMP_PARTS[method] : undefined;
  return values && { ...values, name: `${method}()` };
}

export const SIZE: Domain = { ...COUNT, name: 'size()' };
