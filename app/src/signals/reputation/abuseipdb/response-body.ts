import type { Address } from '../../address/address.ts';
import { parseAddress } from '../../address/parse.ts';
import type { AbuseRecord } from '../reputation.ts';

/** Longer strings are not provider names, and would let a full memory cache grow to gigabytes. */
const MAX_STRING_LENGTH = 256;

/** Fields that must be unique in a response: of two values, either could be the wrong one. */
const UNIQUE_FIELDS = ['"ipAddress"', '"abuseConfidenceScore"'];

/**
 * Parses the body of a CHECK response for an address. Returns `upstream` when it is not JSON (a proxy's page,
 * or truncated), and `invalid` when it is JSON but not a record of this address: it contains errors, is for
 * another address (a proxy with a wrong cache key), or has no integer score from 0 to 100. A missing score
 * must never count as 0.
 */
export function parseRecord(
  body: string,
  address: Address,
  checkedAt: number,
): AbuseRecord | 'upstream' | 'invalid' {
  const data = readData(body);
  if (typeof data === 'string') return data;
  if (UNIQUE_FIELDS.some((field) => isRepeated(body, field))) return 'invalid';
  if (!isSameAddress(address, data.ipAddress)) return 'invalid';
  const score = data.abuseConfidenceScore;
  if (!isScore(score)) return 'invalid';
  return {
    score,
    reports: count(data.totalReports),
    reporters: count(data.numDistinctUsers),
    tor: typeof data.isTor === 'boolean' ? data.isTor : undefined,
    usage: providerString(data.usageType),
    isp: providerString(data.isp),
    domain: providerString(data.domain),
    checkedAt,
  };
}

/**
 * Returns the `data` of any response's body: `upstream` if the body is not JSON, and `invalid` if it contains errors or
 * no data.
 */
export function readData(body: string): Record<string, unknown> | 'upstream' | 'invalid' {
  let response: unknown;
  try {
    response = JSON.parse(body);
  } catch {
    return 'upstream';
  }
  if (!isObject(response) || hasErrors(response)) return 'invalid';
  return isObject(response.data) ? response.data : 'invalid';
}

/** Returns whether a value is an integer from 0 to 100. */
export function isScore(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100;
}

/** Compares canonical forms: the response may use any notation of the address. */
function isSameAddress(address: Address, value: unknown): boolean {
  if (value === address.value) return true;
  return typeof value === 'string' && parseAddress(value)?.value === address.value;
}

function hasErrors({ errors }: Record<string, unknown>): boolean {
  return errors !== undefined && errors !== null && !(Array.isArray(errors) && errors.length === 0);
}

/** Quotes inside a JSON string are escaped, so a quoted field name matches only field names. */
function isRepeated(body: string, field: string): boolean {
  return body.indexOf(field) !== body.lastIndexOf(field);
}

/** Returns whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

/** Returns whether a value is a string short enough to keep: a provider, its domain, or a usage type. */
export function isProviderString(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_STRING_LENGTH;
}

function providerString(value: unknown): string | undefined {
  if (value === null) return '';
  return isProviderString(value) ? value : undefined;
}
