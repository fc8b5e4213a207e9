import type { IncomingHttpHeaders } from 'node:http';

const SHORTEST = 1_000;
const LONGEST = 24 * 60 * 60 * 1000;
const WITHOUT_A_WORD = 60_000;

/**
 * How long a 429 stops the calls, in milliseconds: `Retry-After`, else `X-RateLimit-Reset`, else one
 * minute (AbuseIPDB does not say when its day ends). Held between a second and a day, for either
 * clock may be wrong.
 */
export function retryDelay(headers: IncomingHttpHeaders, now: number): number {
  const time =
    retryAfter(headers['retry-after'], now) ??
    untilReset(textOf(headers['x-ratelimit-reset']), now) ??
    WITHOUT_A_WORD;
  return Math.min(Math.max(time, SHORTEST), LONGEST);
}

/** Whether a closing may last until then: a date further ahead than any 429 reaches is a wrong clock. */
export function isPlausibleClosing(until: number, now: number): boolean {
  return until > now && until - now <= LONGEST;
}

/** Seconds, or a date: the proxy in front of the API may write the latter (RFC 9110, 10.2.3). */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse takes "-5" for a year; an HTTP date begins with the name of a day.
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date - now;
}

/** Seconds since the epoch. */
function untilReset(value: string | undefined, now: number): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1000 - now : undefined;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
