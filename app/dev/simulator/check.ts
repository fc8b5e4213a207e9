import { type CheckedAddress, parseCheckedAddress } from './address.ts';
import type { Blacklist } from './blacklist.ts';
import type { CheckData } from './check-data.ts';
import type { CheckQuery } from './check-request.ts';
import {
  ADDRESS_INVALID,
  ADDRESS_MISSING,
  type ApiError,
  errorResponse,
  MAX_AGE_INVALID,
  quotaExceeded,
  UNAUTHENTICATED,
} from './errors.ts';
import type { Fault, FaultScore } from './fault.ts';
import type { DailyQuota } from './quota.ts';
import { generateCheckData } from './record.ts';
import { jsonResponse, type SimulatedResponse } from './response.ts';

/** The state on which responses depend. */
export interface CheckState {
  /** The accepted API key. If undefined, any key is accepted that is not empty. */
  readonly key: string | undefined;
  readonly quota: DailyQuota;
  /** Fields that tests or the control API have set, by canonical address. */
  readonly records: ReadonlyMap<string, Partial<CheckData>>;
  /** With whose scores CHECK agrees. */
  readonly listed?: Blacklist | undefined;
  readonly now: () => number;
}

const DEFAULT_MAX_AGE = '30';
/** The list contains all scores from this one on. */
const MIN_LISTED_SCORE = 25;

/** Returns the response to CHECK. A request with a valid key uses one check of the quota, even if a parameter is invalid. */
export function check(service: CheckState, query: CheckQuery, fault?: Fault): SimulatedResponse {
  const { quota } = service;
  if (!isAccepted(query.key, service.key)) return errorResponse([UNAUTHENTICATED], quota.headers());
  if (!quota.tryConsume()) {
    const headers = { ...quota.headers(), ...quota.retryHeaders() };
    return errorResponse([quotaExceeded(quota.limit)], headers);
  }
  const address = parseCheckedAddress(query.ipAddress ?? '');
  const maxAgeInDays = readMaxAge(query.maxAgeInDays ?? DEFAULT_MAX_AGE);
  if (address === undefined || maxAgeInDays === undefined) {
    return errorResponse(parameterErrors(query, address), quota.headers());
  }
  const data = checkDataOf(service, address, maxAgeInDays);
  const shown = query.verbose ? data : { ...data, countryName: undefined, reports: undefined };
  const headers = fault?.kind === 'no-quota-headers' ? {} : quota.headers();
  return jsonResponse(200, { data: { ...shown, ...faultyFields(fault, data) } }, headers);
}

/** Returns the verbose data on an address: generated, with the listed score, and with the fields that are set. */
export function checkDataOf(
  service: CheckState,
  address: CheckedAddress,
  maxAgeInDays: number,
): CheckData {
  const record = generateCheckData(address, maxAgeInDays, service.now());
  return {
    ...record,
    ...listedScore(service.listed, record),
    ...service.records.get(address.canonical),
  };
}

/** Returns the score on the list, or one that is too low for it. */
function listedScore(
  listed: Blacklist | undefined,
  { ipAddress, abuseConfidenceScore }: CheckData,
): Partial<CheckData> {
  if (listed === undefined) return {};
  const score = listed.scoreOf(ipAddress);
  return { abuseConfidenceScore: score ?? abuseConfidenceScore % MIN_LISTED_SCORE };
}

/** Returns whether the account of a key exists. */
export function isAccepted(key: string | undefined, accepted: string | undefined): boolean {
  return accepted === undefined ? Boolean(key) : key === accepted;
}

/** Parses a window of 1 to 365 days. */
export function readMaxAge(text: string): number | undefined {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= 365 ? days : undefined;
}

function parameterErrors(
  query: CheckQuery,
  address: CheckedAddress | undefined,
): [ApiError, ...ApiError[]] {
  if (address !== undefined) return [MAX_AGE_INVALID];
  const addressError = query.ipAddress ? ADDRESS_INVALID : ADDRESS_MISSING;
  const ageIsValid = readMaxAge(query.maxAgeInDays ?? DEFAULT_MAX_AGE) !== undefined;
  return ageIsValid ? [addressError] : [addressError, MAX_AGE_INVALID];
}

/** A documentation address, which no client has. */
const OTHER_ADDRESS = '192.0.2.1';

/** Returns the fields that a fault replaces; `undefined` removes a field. */
function faultyFields(fault: Fault | undefined, data: Partial<CheckData>): Record<string, unknown> {
  if (fault?.kind === 'score') return { abuseConfidenceScore: faultyScore(fault.value, data) };
  if (fault?.kind !== 'address') return {};
  return { ipAddress: fault.value === 'other' ? OTHER_ADDRESS : undefined };
}

function faultyScore(value: FaultScore, data: Partial<CheckData>): unknown {
  if (value === 'missing') return undefined;
  return value === 'text' ? `${data.abuseConfidenceScore}` : value;
}
