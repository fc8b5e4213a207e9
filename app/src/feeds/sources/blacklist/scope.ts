import type { ScoreScope } from '../../model/feed-data.ts';
import type { Blacklist } from './body.ts';
import type { BlacklistQuery } from './query.ts';

/** The plans' limits are multiples of it: a list of such a size was probably cut there. */
const PLAN_LIMIT_UNIT = 10_000;

const BOTH_VERSIONS = [4, 6] as const;

/**
 * Returns what the absence of an address proves (docs/decisions/0027-proof-by-absence.md). AbuseIPDB sorts by score
 * before it cuts the list, so a list that was cut is complete above its lowest score.
 */
export function scopeOf(list: Blacklist, query: BlacklistQuery): ScoreScope {
  const { minimum, version } = query;
  const downgraded = isDowngraded(list, query)
    ? {
        downgraded: `AbuseIPDB sent only the score 100 although scores from ${minimum} were requested: renew the subscription, or set minimum=100 in FEEDS.`,
      }
    : {};
  // AbuseIPDB filters by its own country of an address, which differs from that of our databases.
  if (query.onlyCountries.length > 0 || query.exceptCountries.length > 0) {
    return { unlistedAtMost: 100, versions: [], ...downgraded };
  }
  // Without a score below 100, which includes an empty list, the minimum may have been ignored.
  const lowestRequested = (list.lowest ?? 100) === 100 ? 100 : minimum;
  // Without the order of scores, which an operator can accept, any score may have been cut off.
  const lowestListed = list.unordered > 0 ? 100 : (list.lowest ?? 100);
  const unlistedAtMost = isCut(list, query) ? lowestListed : lowestRequested - 1;
  return {
    unlistedAtMost,
    versions: version === undefined ? BOTH_VERSIONS : [version],
    ...downgraded,
  };
}

/** Without a subscription the list has no more entries. */
const MAX_PUBLIC_ENTRIES = 10_000;

/** Without a subscription AbuseIPDB ignores the requested minimum, and reports no error. */
export function isDowngraded(
  { lowest, received }: Blacklist,
  { minimum }: BlacklistQuery,
): boolean {
  return lowest === 100 && minimum < 100 && received <= MAX_PUBLIC_ENTRIES;
}

function isCut({ received }: Blacklist, { limit }: BlacklistQuery): boolean {
  return received >= limit || (received > 0 && received % PLAN_LIMIT_UNIT === 0);
}
