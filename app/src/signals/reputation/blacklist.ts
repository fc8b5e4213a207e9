import type { ScoreScope } from '../../feeds/model/feed-data.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { RequestFeeds } from '../feeds/request-feeds.ts';
import type { ScoreKnowledge } from './score-knowledge.ts';

/** The feed whose scores are those of a CHECK. */
const FEED_ID = 'abuseipdb-blacklist';

/** A list of addresses with their scores. */
export interface ScoreList {
  /** Date of the list, in milliseconds since the epoch. */
  readonly publishedAt: number;
  readonly scope: ScoreScope;
  /** Returns the score of an address or, for a tunnel, of the IPv4 address that it embeds; undefined if not listed. */
  scoreOf(address: Address): number | undefined;
}

/**
 * Returns what a list proves about the score of an address; undefined if it proves nothing. A list that is older than
 * `maxAge` milliseconds only raises: the score is at least the listed one, and an unlisted address may have any.
 */
export function proveScore(
  list: ScoreList,
  address: Address,
  now: number,
  maxAge: number,
): ScoreKnowledge | undefined {
  const { publishedAt, scope } = list;
  // A date ahead of this task's clock counts as now.
  const age = Math.max(0, now - publishedAt);
  const isExpired = age >= maxAge;
  const score = list.scoreOf(address);
  if (score !== undefined) {
    return { min: score, max: isExpired ? 100 : score, listed: true, publishedAt, age };
  }
  const isInScope = scope.versions.includes(lookupAddress(address).version);
  if (isExpired || !isInScope || scope.unlistedAtMost >= 100) return undefined;
  return { min: 0, max: scope.unlistedAtMost, listed: false, publishedAt, age };
}

/** Returns what the blacklist among the feeds of a request proves about the score of an address. */
export function proveByBlacklist(
  feeds: RequestFeeds,
  address: Address,
  maxAge: number,
): ScoreKnowledge | undefined {
  const state = feeds.find(FEED_ID);
  if (state.status === 'absent' || state.view.content !== 'scores') return undefined;
  const { publishedAt, scope } = state.pointer;
  if (publishedAt === undefined || scope === undefined) return undefined;
  const { view } = state;
  const scoreOf = (client: Address) => view.scoreOf(client);
  return proveScore({ publishedAt, scope, scoreOf }, address, feeds.now, maxAge);
}
