import { type IncomingHttpHeaders, validateHeaderValue } from 'node:http';
import { type AgentFactory, directAgents } from '../../../lib/agents.ts';
import { type GetResponse, get } from '../../../lib/http-get.ts';
import { optionalField } from '../../../lib/optional-field.ts';
import { TimeLimitError, withTimeLimit } from '../../../lib/timeout.ts';
import type { Address } from '../../address/address.ts';
import type { CheckCause } from '../../causes.ts';
import { type FreshnessLimits, freshnessOf } from '../freshness.ts';
import { REPUTATION_DEFAULTS } from '../limits.ts';
import type { AbuseRecord } from '../reputation.ts';
import { parseRecord } from './response-body.ts';
import { retryDelayMs } from './retry-after.ts';

/** A CHECK response has about 500 bytes. */
const MAX_BODY_BYTES = 256 * 1024;

/** The quota according to a response's headers, which error responses have too. */
interface Quota {
  /** Checks left. */
  readonly quotaRemaining?: number;
  /** Checks in the whole quota. */
  readonly quotaLimit?: number;
}

export interface CheckFailure extends Quota {
  readonly cause: CheckCause;
  readonly status?: number;
  /** Milliseconds for which a 429 stops calls. */
  readonly retryAfterMs?: number;
}

export type CheckResult =
  | ({ readonly record: AbuseRecord; readonly status: number } & Quota)
  | CheckFailure;

export interface CheckOptions {
  readonly baseUrl: string;
  readonly maxAgeInDays: number;
  /** Milliseconds for one check, the body included. */
  readonly timeout: number;
  readonly now: () => number;
  /** Maximum age of a response that came from an HTTP cache. @default REPUTATION_DEFAULTS */
  readonly limits?: FreshnessLimits;
  /** @default connects directly */
  readonly agents?: AgentFactory | undefined;
}

/** Sends one CHECK request for an address. Never rejects. */
export type Check = (address: Address, key: string) => Promise<CheckResult>;

/** Creates the function that sends CHECK requests. @throws Error when the base URL is not valid. */
export function createCheck(options: CheckOptions): Check {
  const { maxAgeInDays, timeout, now, limits = REPUTATION_DEFAULTS } = options;
  const { agents: makeAgents = directAgents } = options;
  const endpoint = checkEndpoint(options.baseUrl);
  const agents = makeAgents();
  return async (address, key) => {
    const headers = requestHeaders(key);
    if (headers === undefined) return { cause: 'auth' };
    const url = new URL(endpoint);
    url.searchParams.set('ipAddress', address.value);
    url.searchParams.set('maxAgeInDays', String(maxAgeInDays));
    try {
      const response = await withTimeLimit(timeout, (signal) =>
        get(url, { headers, agents, signal, maxBytes: MAX_BODY_BYTES }),
      );
      return toResult(response, address, now(), limits);
    } catch (error) {
      return { cause: error instanceof TimeLimitError ? 'timeout' : 'upstream' };
    }
  };
}

function checkEndpoint(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `The AbuseIPDB base URL ${JSON.stringify(baseUrl)} is not a valid http or https URL: set it to the API root, such as https://api.abuseipdb.com/api/v2.`,
    );
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/check`;
  return url;
}

/** Returns undefined for a key that no header can carry: that is a wrong key, and not a network error. */
function requestHeaders(key: string): Readonly<Record<string, string>> | undefined {
  try {
    validateHeaderValue('Key', key);
    return { Key: key, Accept: 'application/json' };
  } catch {
    return undefined;
  }
}

function toResult(
  { status, headers, body }: GetResponse,
  address: Address,
  now: number,
  limits: FreshnessLimits,
): CheckResult {
  const quota = readQuota(headers);
  if (status !== 200) {
    const exhausted =
      status === 429 ? { quotaRemaining: 0, retryAfterMs: retryDelayMs(headers, now) } : {};
    return { cause: causeOf(status), status, ...quota, ...exhausted };
  }
  const ageMs = cacheAgeMs(headers);
  const record =
    body === undefined ? 'upstream' : parseRecord(decodeUtf8(body), address, now - ageMs);
  if (typeof record === 'string') return { cause: record, status, ...quota };
  if (ageMs > 0 && freshnessOf(record, now, limits) !== 'fresh') {
    return { cause: 'invalid', status, ...quota };
  }
  return { record, status, ...quota };
}

/**
 * Returns the milliseconds that a response spent in HTTP caches (`Age`, RFC 9111, section 5.1). AbuseIPDB
 * forbids caching and our requests do, too; a cache that ignores both must not make a record look newer.
 */
function cacheAgeMs({ age }: IncomingHttpHeaders): number {
  // The first of several values counts, and a value that is not a number is ignored.
  return Number(/^\d+/.exec(age ?? '')?.[0] ?? 0) * 1000;
}

const utf8 = new TextDecoder();

/** Decodes UTF-8 whatever the header says (RFC 8259, section 8.1), without a byte order mark. */
function decodeUtf8(body: Buffer): string {
  return utf8.decode(body);
}

/** 401, 402 and 403 are configuration errors; 422 means that the request is not valid. */
function causeOf(status: number): CheckCause {
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429) return 'quota';
  return status === 422 ? 'invalid' : 'upstream';
}

function readQuota(headers: IncomingHttpHeaders): Quota {
  return {
    ...optionalField('quotaRemaining', readCount(headers, 'x-ratelimit-remaining')),
    ...optionalField('quotaLimit', readCount(headers, 'x-ratelimit-limit')),
  };
}

function readCount(headers: IncomingHttpHeaders, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
