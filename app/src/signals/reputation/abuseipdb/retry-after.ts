import type { IncomingHttpHeaders } from 'node:http';

const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 24 * 60 * 60 * 1000;
/** AbuseIPDB does not say when its day ends. */
const DEFAULT_RETRY_MS = 60_000;

/**
 * Returns the milliseconds for which a 429 stops checks: from `Retry-After`, else `X-RateLimit-Reset`, else
 * the default. Limited to between a second and a day, because either clock may be wrong.
 */
export function retryDelayMs(headers: IncomingHttpHeaders, now: number): number {
  const delayMs =
    parseRetryAfter(headers['retry-after'], now) ??
    parseRateLimitReset(singleValue(headers['x-ratelimit-reset']), now) ??
    DEFAULT_RETRY_MS;
  return Math.min(Math.max(delayMs, MIN_RETRY_MS), MAX_RETRY_MS);
}

/** Returns whether checks may be stopped until a time: one further ahead than any 429 reaches is a clock error. */
export function isPlausibleRetryTime(until: number, now: number): boolean {
  return until > now && until - now <= MAX_RETRY_MS;
}

/** Parses seconds or an HTTP date; the API's proxy may send the latter (RFC 9110, section 10.2.3). */
function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse reads "-5" as a year; an HTTP date begins with the name of a day.
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - now;
}

/** Parses seconds since the epoch. */
function parseRateLimitReset(value: string | undefined, now: number): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1000 - now : undefined;
}

function singleValue(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
