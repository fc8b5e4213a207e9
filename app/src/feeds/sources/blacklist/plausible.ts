import { parseIpv4 } from '../../../signals/address/ipv4.ts';
import type { PlausibilityContext } from '../../model/feed.ts';
import type { FeedData } from '../../model/feed-data.ts';
import { type BlacklistQuery, isFiltered, queryOf, queryParameters } from './query.ts';

const HOUR_MS = 3_600_000;

/** The public list is generated once a day, that of a subscriber once an hour. */
const MAX_AGE_MS = { public: 26 * HOUR_MS, subscriber: 2 * HOUR_MS };

/** Synchronised clocks differ by milliseconds, and a list is generated before it is sent. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

/** The public list has 10,000 entries. */
const MIN_ENTRIES = 1000;

/** A smaller list may contain no IPv6 address by chance: about 2 % are. */
const MIN_ENTRIES_FOR_IPV6 = 5000;

const MAX_IPV6_SHARE = 0.2;
const MAX_DUPLICATE_SHARE = 0.001;

/** Public resolvers, which AbuseIPDB never lists: its score for them is always 0. */
const NEVER_LISTED = ['8.8.8.8', '8.8.4.4', '1.1.1.1', '1.0.0.1'].map(parseIpv4);

/** Returns why a list is implausible; `undefined` if it is plausible. */
export function findImplausibleList(
  data: FeedData,
  context: PlausibilityContext,
): string | undefined {
  if (data.content !== 'scores') return 'the feed contains no scores';
  const query = queryOf(context.options);
  return (
    findImplausibleDate(data, query, context.now) ??
    findImplausibleSize(data, query, context) ??
    findImplausibleEntries(data, query)
  );
}

type Scores = Extract<FeedData, { content: 'scores' }>;

function findImplausibleDate(
  { publishedAt = 0, scope }: Scores,
  query: BlacklistQuery,
  now: number,
): string | undefined {
  const age = now - publishedAt;
  if (age < -MAX_CLOCK_SKEW_MS) return 'the list was generated in the future';
  const isSubscriber = scope.downgraded === undefined && (query.minimum < 100 || isFiltered(query));
  const maxAge = isSubscriber ? MAX_AGE_MS.subscriber : MAX_AGE_MS.public;
  return age > maxAge
    ? `the list was generated ${Math.floor(age / HOUR_MS)} hours ago, and AbuseIPDB generates a new one at least every ${maxAge / HOUR_MS} hours`
    : undefined;
}

function findImplausibleSize(
  { summary, scope }: Scores,
  query: BlacklistQuery,
  { previous }: PlausibilityContext,
): string | undefined {
  const received = count(summary.received);
  const expected = Math.min(MIN_ENTRIES, query.limit);
  if (!isFiltered(query) && received < expected) {
    return `the list has ${received} entries, and at least ${expected} are expected`;
  }
  // A subscription that has ended shrinks the list, and is reported on its own.
  const isComparable = previous?.query === summary.query && scope.downgraded === undefined;
  const before = isComparable ? count(previous?.received) : 0;
  return received < before / 2
    ? `the list has ${received} entries after ${before}, less than half`
    : undefined;
}

function findImplausibleEntries(
  { summary, entries }: Scores,
  { minimum, version }: BlacklistQuery,
): string | undefined {
  const received = count(summary.received);
  const nonPublic = count(summary.nonPublic);
  const ipv6 = count(summary.ipv6);
  if (nonPublic > 0) return `the list contains ${nonPublic} private or reserved addresses`;
  if (entries.some(({ bits }) => NEVER_LISTED.includes(bits as number))) {
    return 'the list contains a public resolver whose score is always 0';
  }
  if (received > 0 && count(summary.lowest) < minimum) {
    return `the list contains the score ${summary.lowest}, which is below the requested ${minimum}`;
  }
  if (count(summary.unordered) > 0) return 'the list is not in descending order of scores';
  const duplicates = count(summary.duplicates);
  if (duplicates > received * MAX_DUPLICATE_SHARE) {
    return `the list repeats ${duplicates} addresses`;
  }
  if (version === 4 && ipv6 > 0) return 'the list contains IPv6 although only IPv4 was requested';
  if (version === 6 && ipv6 < entries.length) {
    return 'the list contains IPv4 although only IPv6 was requested';
  }
  return version === undefined ? findImplausibleShare(ipv6, entries.length) : undefined;
}

function findImplausibleShare(ipv6: number, entries: number): string | undefined {
  if (entries < MIN_ENTRIES_FOR_IPV6) return undefined;
  if (ipv6 === 0) return 'the list contains no IPv6 address';
  return ipv6 >= entries * MAX_IPV6_SHARE
    ? `${Math.round((100 * ipv6) / entries)} % of the list is IPv6, and less than 20 % are expected`
    : undefined;
}

/** Returns what was asked for, in one string: only lists with the same query are comparable. */
export function queryKey(query: BlacklistQuery): string {
  return queryParameters(query).toString();
}

function count(value: number | string | undefined): number {
  return typeof value === 'number' ? value : 0;
}
