import { TimeLimitExceeded, withTimeLimit } from '../../time-limit.ts';
import type { Address } from '../address/address.ts';
import { closingTime } from './closing-time.ts';
import { member } from './member.ts';
import { parseRecord } from './record.ts';
import type { AbuseRecord, CheckCause } from './reputation.ts';

/** A CHECK answer has about 500 bytes. */
const BODY_LIMIT = 256 * 1024;

/** What an answer's headers say of the quota, which errors have too. */
interface Quota {
  /** Checks left. */
  readonly quotaLeft?: number;
  /** Checks in all. */
  readonly quotaLimit?: number;
}

export interface CheckFailure extends Quota {
  readonly cause: CheckCause;
  readonly status?: number;
  /** Milliseconds for which a 429 stops the calls. */
  readonly closedFor?: number;
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
}

/** One CHECK of one address. Never throws. */
export type Check = (address: Address, key: string) => Promise<CheckAnswer>;

/** A client of AbuseIPDB's CHECK. Throws when the base URL is none. */
export function createCheck(options: AbuseIpdbOptions): Check {
  const endpoint = checkEndpoint(options.baseUrl);
  return async (address, key) => {
    const headers = headersWith(key);
    if (headers === undefined) return { cause: 'auth' };
    const url = new URL(endpoint);
    url.searchParams.set('ipAddress', address.value);
    url.searchParams.set('maxAgeInDays', String(options.maxAgeInDays));
    try {
      return await withTimeLimit(options.timeout, async (signal) => {
        // Followed, a redirect would carry the key to a host that we do not know.
        const response = await fetch(url, { headers, signal, redirect: 'manual' });
        return answerOf(response, address, options.now);
      });
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

/** None when the key holds what no header can, so that it is a wrong key and not a failing network. */
function headersWith(key: string): Headers | undefined {
  try {
    return new Headers({ Key: key, Accept: 'application/json' });
  } catch {
    return undefined;
  }
}

async function answerOf(
  response: Response,
  address: Address,
  now: () => number,
): Promise<CheckAnswer> {
  const { status, headers } = response;
  const quota = quotaOf(headers);
  if (status !== 200) {
    // The status says it all; an unread body would keep the connection.
    await response.body?.cancel().catch(() => {});
    const closed = status === 429 ? { quotaLeft: 0, closedFor: closingTime(headers, now()) } : {};
    return { cause: causeOf(status), status, ...quota, ...closed };
  }
  const body = await readText(response);
  const record = body === undefined ? 'upstream' : parseRecord(body, address, now());
  if (typeof record === 'string') return { cause: record, status, ...quota };
  return { record, status, ...quota };
}

/** 401, 402 and 403 are a fault of the configuration; 422 is a fault of the question. */
function causeOf(status: number): CheckCause {
  if (status === 401 || status === 402 || status === 403) return 'auth';
  if (status === 429) return 'quota';
  return status === 422 ? 'invalid' : 'upstream';
}

function quotaOf(headers: Headers): Quota {
  return {
    ...member('quotaLeft', countIn(headers, 'x-ratelimit-remaining')),
    ...member('quotaLimit', countIn(headers, 'x-ratelimit-limit')),
  };
}

function countIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** The body as text; none when it is larger than any answer. */
async function readText(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop ends the stream, and with it the connection.
    if (size > BODY_LIMIT) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
