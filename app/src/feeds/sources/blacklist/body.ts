import { parseAddress } from '../../../signals/address/parse.ts';
import type { ScoredAddress } from '../../model/feed-data.ts';
import { FeedError } from '../../model/feed-error.ts';

/** A list as AbuseIPDB sent it. */
export interface Blacklist {
  /** Milliseconds since the epoch. */
  readonly generatedAt: number;
  /** Each public address once, with its highest score. */
  readonly entries: readonly ScoredAddress[];
  /** Entries as received. */
  readonly received: number;
  /** Lowest score as received; undefined for an empty list. */
  readonly lowest: number | undefined;
  /** Addresses of IPv6 among `entries`. */
  readonly ipv6: number;
  /** Entries whose address occurs before. */
  readonly duplicates: number;
  /** Entries whose score is higher than that of the entry before. */
  readonly unordered: number;
  /** Entries with an address that no client on the internet can have. */
  readonly nonPublic: number;
}

/**
 * Parses the body of a BLACKLIST response.
 *
 * @throws FeedError `format` if it is not a list: a page of a proxy, errors with the status 200, an entry without an
 *   address or without an integer score from 0 to 100. A missing score must never count as 0.
 */
export function parseBlacklist(body: Buffer): Blacklist {
  const { meta, data } = parseObject(body);
  const generatedAt = parseDate(isObject(meta) ? meta.generatedAt : undefined);
  if (!Array.isArray(data)) throw formatError('contains no list of addresses');
  const scores = new Map<number | bigint, number>();
  let lowest: number | undefined;
  let [ipv6, duplicates, unordered, nonPublic] = [0, 0, 0, 0];
  let previous = 100;
  for (const [index, entry] of data.entries()) {
    const { ipAddress, abuseConfidenceScore } = isObject(entry) ? entry : {};
    const address = typeof ipAddress === 'string' ? parseAddress(ipAddress) : undefined;
    const score = parseScore(abuseConfidenceScore);
    if (address === undefined || score === undefined) {
      throw formatError(`contains no valid ${address ? 'score' : 'address'} in entry ${index + 1}`);
    }
    if (score > previous) unordered += 1;
    previous = score;
    if (lowest === undefined || score < lowest) lowest = score;
    if (!address.public) {
      nonPublic += 1;
      continue;
    }
    const known = scores.get(address.bits);
    if (known !== undefined) duplicates += 1;
    else if (address.version === 6) ipv6 += 1;
    scores.set(address.bits, Math.max(score, known ?? 0));
  }
  const entries = Array.from(scores, ([bits, score]) => ({ bits, score }));
  return {
    generatedAt,
    entries,
    received: data.length,
    lowest,
    ipv6,
    duplicates,
    unordered,
    nonPublic,
  };
}

function parseObject(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw formatError('is not valid JSON');
  }
  if (!isObject(value)) throw formatError('is not a JSON object');
  return value;
}

/** With its offset: a date without one would depend on the time zone of the refresher. */
const DATE = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/;

function parseDate(value: unknown): number {
  const date = typeof value === 'string' && DATE.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(date)) throw formatError('has no valid date in meta.generatedAt');
  return date;
}

/** AbuseIPDB has sent scores as strings. */
function parseScore(value: unknown): number | undefined {
  const score = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
  const isScore = Number.isInteger(score) && Number(score) >= 0 && Number(score) <= 100;
  return isScore ? Number(score) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the parser's error, which quotes the body. */
export function formatError(reason: string): FeedError {
  return new FeedError('format', `The response for the feed abuseipdb-blacklist ${reason}.`);
}
