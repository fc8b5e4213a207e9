import { type IncomingHttpHeaders, validateHeaderValue } from 'node:http';
import { type AgentFactory, directAgents } from '../../../lib/agents.ts';
import { type GetResponse, get } from '../../../lib/http-get.ts';
import { optionalField } from '../../../lib/optional-field.ts';
import { TimeLimitExceeded, withTimeLimit } from '../../../lib/timeout.ts';
import type { Address } from '../../address/address.ts';
import { freshnessOf } from '../freshness.ts';
import { REPUTATION_DEFAULTS, type ReputationLimits } from '../options.ts';
import type { AbuseRecord, CheckCause } from '../reputation.ts';
import { parseRecord } from './response-body.ts';
import { retryDelay } from './retry-after.ts';

/** A CHECK response has about 500 bytes. */
const MAX_BODY_BYTES = 256 * 1024;

/** What an answer's headers say of the quota, which errors have too. */
interface Quota {
  /** Checks left. */
  readonly quotaRemaining?: number;
  /** Checks in all. */
  readonly quotaLimit?: number;
}

export interface CheckFailure extends Quota {
  readonly cause: CheckCause;
  readonly status?: number;
  /** Milliseconds for which a 429 stops the calls. */
  readonly retryAfter?: number;
}

export type CheckAnswer =
  | ({ readonly record: AbuseRecord; readonly status: number } & Quota)
  | CheckFailure;

export interface AbuseIpdbOptions {
  readonly baseUrl: string;
  readonly maxAgeInDays: number;
  /** Milliseconds for one check, the body included. */
  readonly timeout: number;
  readonly now: () => number;
  /** How old a response out of a cache may be. @default REPUTATION_DEFAULTS */
  readonly limits?: FreshnessLimits;
  /** @default connects directly */
  readonly agents?: AgentFactory | undefined;
}

type FreshnessLimits = Pick<ReputationLimits, 'ttl' | 'maxStaleAge'>;

/** One CHECK of one address. Never throws. */
export type Check = (address: Address, key: string) => Promise<CheckAnswer>;

/** A client of AbuseIPDB's CHECK. Throws when the base URL is none. */
export function createCheck(options: AbuseIpdbOptions): Check {
  const { maxAgeInDays, timeout, now, limits = REPUTATION_DEFAULTS } = options;
  const { agents: makeAgents = directAgents } = options;
  const endpoint = checkEndpoint(options.baseUrl);
  const agents = makeAgents();
  return async (address, key) => {
    const headers = headersWith(key);
    if (headers === undefined) return { cause: 'auth' };
    const url = new URL(endpoint);
    url.searchParams.set('ipAddress', address.value);
    url.searchParams.set('maxAgeInDays', String(maxAgeInDays));
    try {
      const response = await withTimeLimit(timeout, (signal) =>
        get(url, { headers, agents, signal, maxBytes: MAX_BODY_BYTES }),
      );
      return answerOf(response, address, now(), limits);
    } catch (error) {
      return { cause: error instanceof TimeLimitExceeded ? 'timeout' : 'upstream' };
    }
  };
}

function checkEndpoint(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `The AbuseIPDB base URL ${JSON.stringify(baseUrl)} is no http or https URL: set it to the API root, such as https://api.abuseipdb.com/api/v2.`,
    );
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/check`;
  return url;
}

/** None when the key contains what no header can, so that it is a wrong key and not a failing network. */
function headersWith(key: string): Readonly<Record<string, string>> | undefined {
  try {
    validateHeaderValue('Key', key);
    return { Key: key, Accept: 'application/json' };
  } catch {
    return undefined;
  }
}

function answerOf(
  { status, headers, body }: GetResponse,
  address: Address,
  now: number,
  limits: FreshnessLimits,
): CheckAnswer {
  const quota = quotaOf(headers);
  if (status !== 200) {
    const exhausted =
      status === 429 ? { quotaRemaining: 0, retryAfter: retryDelay(headers, now) } : {};
    return { cause: causeOf(status), status, ...quota, ...exhausted };
  }
  const age = ageIn(headers);
  const record = body === undefined ? 'upstream' : parseRecord(textOf(body), address, now - age);
  if (typeof record === 'string') return { cause: record, status, ...quota };
  if (age > 0 && freshnessOf(record, now, limits) !== 'fresh') {
    return { cause: 'invalid', status, ...quota };
  }
  return { record, status, ...quota };
}

/**
 * Returns the milliseconds for which a response was kept in a cache on its way (RFC 9111, 5.1). AbuseIPDB
 * forbids it, and we ask for no such response; a cache that does it all the same must not make a record young.
 */
function ageIn({ age }: IncomingHttpHeaders): number {
  // Of several values the first one counts, and what is no number is ignored.
  return Number(/^\d+/.exec(age ?? '')?.[0] ?? 0) * 1000;
}

const utf8 = new TextDecoder();

/** UTF-8 whatever the header says (RFC 8259, 8.1); a byte order mark is dropped. */
function textOf(body: Buffer): string {
  return utf8.decode(body);
}

/** 401, 402 and 403 are a fault of the configuration; 422 is a fault of the question. */
function causeOf(status: number): CheckCause {
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429) return 'quota';
  return status === 422 ? 'invalid' : 'upstream';
}

function quotaOf(headers: IncomingHttpHeaders): Quota {
  return {
    ...optionalField('quotaRemaining', countIn(headers, 'x-ratelimit-remaining')),
    ...optionalField('quotaLimit', countIn(headers, 'x-ratelimit-limit')),
  };
}

function countIn(headers: IncomingHttpHeaders, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
