import type { PlausibilityContext } from '../model/feed.ts';
import type { FeedData, FeedSummary } from '../model/feed-data.ts';

/** Limits for a feed's data. */
export interface PlausibleCounts {
  /** Entries of the list, of the first download as well. */
  readonly entries: Limits;
  /** Addresses that the IPv4 blocks cover, of the first download as well. */
  readonly ipv4Addresses?: Limits;
  /** Entries in relation to the last good copy. @default half to three times */
  readonly change?: Limits;
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** A truncated file has less than half, a file of another list may have more than three times. */
const HALF_TO_THREE_TIMES: Limits = { min: 0.5, max: 3 };

/** Smaller lists may grow by any factor: three partners become ten in a day. */
const MIN_ENTRIES_FOR_GROWTH = 100;
/** A /16 in IPv4, a /48 in IPv6. Less cover one network more or less, which says nothing. */
const MIN_COVERAGE = 2 ** 16;

/**
 * Compares the counts of a list with fixed limits and with the last good copy.
 *
 * @returns the end of "The data is implausible: …"; undefined if it is plausible.
 */
export function findImplausibleCounts(
  { summary }: FeedData,
  { previous }: PlausibilityContext,
  { entries, ipv4Addresses, change = HALF_TO_THREE_TIMES }: PlausibleCounts,
): string | undefined {
  return (
    outside(summary, 'entries', entries) ??
    (ipv4Addresses && outside(summary, 'ipv4Addresses', ipv4Addresses)) ??
    (previous &&
      (truncated(summary, previous) ??
        changed(summary, previous, 'entries', change, MIN_ENTRIES_FOR_GROWTH) ??
        changedCoverage(summary, previous, 'ipv4Addresses') ??
        changedCoverage(summary, previous, 'ipv6Subnets')))
  );
}

type CountName = 'entries' | 'ipv4Addresses' | 'ipv6Subnets';

const TEXTS: Readonly<Record<CountName, string>> = {
  entries: 'entries',
  ipv4Addresses: 'IPv4 addresses',
  ipv6Subnets: 'IPv6 networks of the size /64',
};

function outside(summary: FeedSummary, name: CountName, { min, max }: Limits): string | undefined {
  const count = countOf(summary, name);
  return count < min || count > max
    ? `it has ${count} ${TEXTS[name]}, expected ${min} to ${max}`
    : undefined;
}

function changed(
  summary: FeedSummary,
  previous: FeedSummary,
  name: CountName,
  { min, max }: Limits,
  minForGrowth: number,
): string | undefined {
  const [before, after] = [countOf(previous, name), countOf(summary, name)];
  const tooFew = after < before * min;
  // A list without IPv6 may add it.
  const tooMany = before > 0 && after > before * max && after >= minForGrowth;
  return tooFew || tooMany
    ? `it has ${after} ${TEXTS[name]}, and the last good copy has ${before}`
    : undefined;
}

/** A download that was cut ends within a line, even if more than half of the file has arrived. */
function truncated(summary: FeedSummary, previous: FeedSummary): string | undefined {
  return Number(summary.filesWithLastLineBreak ?? 0) < Number(previous.filesWithLastLineBreak ?? 0)
    ? 'it ends within a line, and the last good copy does not'
    : undefined;
}

function changedCoverage(
  summary: FeedSummary,
  previous: FeedSummary,
  name: 'ipv4Addresses' | 'ipv6Subnets',
): string | undefined {
  if (Math.max(countOf(previous, name), countOf(summary, name)) < MIN_COVERAGE) return undefined;
  return changed(summary, previous, name, HALF_TO_THREE_TIMES, 0);
}

function countOf(summary: FeedSummary, name: CountName): number {
  return Number(summary[name] ?? 0);
}
