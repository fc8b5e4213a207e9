import type { Address } from '../../address/address.ts';
import { parseAddress } from '../../address/parse.ts';
import type { AbuseRecord } from '../reputation.ts';

/** Longer texts are no name of a provider, and a full memory of them would cost gigabytes. */
const TEXT_LENGTH = 256;

/** The fields that decide whether a response counts. Twice in one body, either value may be the wrong one. */
const DECISIVE_FIELDS = ['"ipAddress"', '"abuseConfidenceScore"'];

/**
 * Reads the body of a CHECK response for an address. Returns `upstream` when this is no response of the
 * API (not JSON: a proxy's page, or cut off), and `invalid` when it is JSON, but not the record of this
 * address: for another address (a proxy with a wrong cache key), with errors, or without a whole score
 * from 0 to 100, which must never pass for 0.
 */
export function parseRecord(
  body: string,
  address: Address,
  checkedAt: number,
): AbuseRecord | 'upstream' | 'invalid' {
  let response: unknown;
  try {
    response = JSON.parse(body);
  } catch {
    return 'upstream';
  }
  if (!isObject(response) || hasErrors(response) || DECISIVE_FIELDS.some(isTwiceIn(body))) {
    return 'invalid';
  }
  const { data } = response;
  if (!isObject(data) || !isFor(address, data.ipAddress)) return 'invalid';
  const score = data.abuseConfidenceScore;
  if (!isScore(score)) return 'invalid';
  return {
    score,
    reports: count(data.totalReports),
    reporters: count(data.numDistinctUsers),
    tor: typeof data.isTor === 'boolean' ? data.isTor : undefined,
    usage: text(data.usageType),
    isp: text(data.isp),
    domain: text(data.domain),
    checkedAt,
  };
}

/** Whether a value is a whole number from 0 to 100. */
export function isScore(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100;
}

/** Compares in canonical form: the response may spell the address in any notation. */
function isFor(address: Address, text: unknown): boolean {
  if (text === address.value) return true;
  return typeof text === 'string' && parseAddress(text)?.value === address.value;
}

function hasErrors({ errors }: Record<string, unknown>): boolean {
  return errors !== undefined && errors !== null && !(Array.isArray(errors) && errors.length === 0);
}

/** In a text of the response these quotes are escaped, so they only match the name of a field. */
function isTwiceIn(body: string): (field: string) => boolean {
  return (field) => body.indexOf(field) !== body.lastIndexOf(field);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

/** Whether a value is a text that is kept: of a provider, its domain, or the use of an address. */
export function isProviderText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LENGTH;
}

function text(value: unknown): string | undefined {
  if (value === null) return '';
  return isProviderText(value) ? value : undefined;
}
