import type { Address } from '../../address/address.ts';
import { type FreshnessLimits, freshnessOf } from '../freshness.ts';
import { REPUTATION_DEFAULTS } from '../limits.ts';
import type { AbuseRecord } from '../reputation.ts';
import { type ApiCallOptions, type CallFailure, createApiCall, type Quota } from './api-call.ts';
import { parseRecord } from './response-body.ts';

/** A CHECK response has about 500 bytes. */
const MAX_BODY_BYTES = 256 * 1024;

export type CheckFailure = CallFailure;

export type CheckResult =
  | ({ readonly record: AbuseRecord; readonly status: number } & Quota)
  | CheckFailure;

export interface CheckOptions extends ApiCallOptions {
  readonly maxAgeInDays: number;
  /** Maximum age of a response that came from an HTTP cache. @default REPUTATION_DEFAULTS */
  readonly limits?: FreshnessLimits;
}

/** Sends one CHECK request for an address. Never rejects. */
export type Check = (address: Address, key: string) => Promise<CheckResult>;

/** Creates the function that sends CHECK requests. @throws Error when the base URL is not valid. */
export function createCheck(options: CheckOptions): Check {
  const { maxAgeInDays, limits = REPUTATION_DEFAULTS } = options;
  const call = createApiCall<Address, AbuseRecord>(
    {
      name: 'check',
      maxBodyBytes: MAX_BODY_BYTES,
      parameters: ({ value }) => ({ ipAddress: value, maxAgeInDays: String(maxAgeInDays) }),
      parse(body, address, { checkedAt, now }) {
        const record = parseRecord(body, address, checkedAt);
        if (typeof record === 'string' || checkedAt === now) return record;
        return freshnessOf(record, now, limits) === 'fresh' ? record : 'invalid';
      },
    },
    options,
  );
  return async (address, key) => {
    const result = await call(address, key);
    if (!('value' in result)) return result;
    const { value: record, ...rest } = result;
    return { record, ...rest };
  };
}
