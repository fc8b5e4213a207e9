import { type IncomingHttpHeaders, validateHeaderValue } from 'node:http';
import { type AgentFactory, directAgents } from '../../../lib/agents.ts';
import { type GetResponse, get } from '../../../lib/http-get.ts';
import { optionalField } from '../../../lib/optional-field.ts';
import { TimeLimitError, withTimeLimit } from '../../../lib/timeout.ts';
import type { CheckCause } from '../../causes.ts';
import { retryDelayMs } from './retry-after.ts';

/** After this time a rejected key is tried again, so that a repaired account works within five minutes. */
export const KEY_REJECTED_MS = 4 * 60 * 1000;

/** The quota of an endpoint according to a response's headers, which error responses have too. */
export interface Quota {
  /** Calls left. */
  readonly quotaRemaining?: number;
  /** Calls in the whole quota. */
  readonly quotaLimit?: number;
}

/** Why a call returned nothing usable. */
export interface CallFailure extends Quota {
  readonly cause: CheckCause;
  readonly status?: number;
  /** Milliseconds for which a 429 stops calls. */
  readonly retryAfterMs?: number;
}

export type CallResult<Value> =
  | ({ readonly value: Value; readonly status: number } & Quota)
  | CallFailure;

export interface ApiCallOptions {
  readonly baseUrl: string;
  /** Milliseconds for one call, the body included. */
  readonly timeout: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default connects directly */
  readonly agents?: AgentFactory | undefined;
}

/** One of AbuseIPDB's endpoints that answer a GET request. */
export interface Endpoint<Subject, Value> {
  /** Such as `check`. */
  readonly name: string;
  readonly maxBodyBytes: number;
  /** Returns the parameters of the query. */
  readonly parameters: (subject: Subject) => Readonly<Record<string, string>>;
  /** Parses a body: `upstream` if it is not JSON, `invalid` if it is not a response about the subject. */
  readonly parse: (body: string, subject: Subject, times: CallTimes) => ParsedBody<Value>;
}

type ParsedBody<Value> = Value | 'upstream' | 'invalid';

/** Times of a response in milliseconds since the epoch. */
export interface CallTimes {
  /** When AbuseIPDB sent it: earlier than `now` if it comes from an HTTP cache. */
  readonly checkedAt: number;
  readonly now: number;
}

/** Sends one request about a subject. Never rejects. */
export type ApiCall<Subject, Value> = (subject: Subject, key: string) => Promise<CallResult<Value>>;

/** Creates the function that calls an endpoint. @throws Error when the base URL is not valid. */
export function createApiCall<Subject, Value extends object>(
  endpoint: Endpoint<Subject, Value>,
  options: ApiCallOptions,
): ApiCall<Subject, Value> {
  const { timeout, now, agents: makeAgents = directAgents } = options;
  const endpointUrl = urlOf(endpoint.name, options.baseUrl);
  const agents = makeAgents();
  return async (subject, key) => {
    const headers = requestHeaders(key);
    if (headers === undefined) return { cause: 'auth' };
    const url = new URL(endpointUrl);
    for (const [name, value] of Object.entries(endpoint.parameters(subject))) {
      url.searchParams.set(name, value);
    }
    try {
      const response = await withTimeLimit(timeout, (signal) =>
        get(url, { headers, agents, signal, maxBytes: endpoint.maxBodyBytes }),
      );
      return toResult(response, now(), (body, times) => endpoint.parse(body, subject, times));
    } catch (error) {
      return { cause: error instanceof TimeLimitError ? 'timeout' : 'upstream' };
    }
  };
}

function urlOf(endpoint: string, baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `The AbuseIPDB base URL ${JSON.stringify(baseUrl)} is not a valid http or https URL: set it to the API root, such as https://api.abuseipdb.com/api/v2.`,
    );
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${endpoint}`;
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

function toResult<Value extends object>(
  { status, headers, body }: GetResponse,
  now: number,
  parse: (body: string, times: CallTimes) => ParsedBody<Value>,
): CallResult<Value> {
  const quota = readQuota(headers);
  if (status !== 200) {
    const exhausted =
      status === 429 ? { quotaRemaining: 0, retryAfterMs: retryDelayMs(headers, now) } : {};
    return { cause: causeOf(status), status, ...quota, ...exhausted };
  }
  const times = { checkedAt: now - cacheAgeMs(headers), now };
  const value = body === undefined ? 'upstream' : parse(decodeUtf8(body), times);
  return typeof value === 'string'
    ? { cause: value, status, ...quota }
    : { value, status, ...quota };
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
