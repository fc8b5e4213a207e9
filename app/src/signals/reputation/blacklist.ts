import type { ScoreScope } from '../../feeds/model/feed-data.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { ListedAddress } from '../feeds/feed-view.ts';
import type { RequestFeeds } from '../feeds/request-feeds.ts';
import { HIGH_SCORE } from './limits.ts';
import type { ListProof } from './list-proof.ts';
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
  /** Returns the other address in the /64 of an IPv6 address that has the highest score, if one is at least `minScore`. */
  neighbourOf(address: Address, minScore: number): ListedAddress | undefined;
}

/**
 * Returns what a list proves about the score of an address, by its own entry and by those of its /64. A list that is
 * older than `maxAge` milliseconds only raises: the score is at least the listed one, and an unlisted address may have
 * any.
 */
export function proveScore(
  list: ScoreList,
  address: Address,
  now: number,
  maxAge: number,
): ListProof {
  // A date ahead of this task's clock counts as now.
  const age = Math.max(0, now - list.publishedAt);
  const isExpired = age >= maxAge;
  const inherited = proveInheritedScore(list, address, age, isExpired);
  const excludesInheritance = inherited === undefined && excludesHighScores(list, isExpired);
  return { own: proveOwnScore(list, address, age, isExpired, excludesInheritance), inherited };
}

function proveOwnScore(
  list: ScoreList,
  address: Address,
  age: number,
  isExpired: boolean,
  excludesInheritance: boolean,
): ScoreKnowledge | undefined {
  const { publishedAt, scope } = list;
  const score = list.scoreOf(address);
  if (score !== undefined) {
    const max = isExpired ? 100 : score;
    return { min: score, max, listed: true, publishedAt, age, excludesInheritance };
  }
  const isInScope = scope.versions.includes(lookupAddress(address).version);
  if (isExpired || !isInScope || scope.unlistedAtMost >= 100) return undefined;
  const max = scope.unlistedAtMost;
  return { min: 0, max, listed: false, publishedAt, age, excludesInheritance };
}

function proveInheritedScore(
  list: ScoreList,
  address: Address,
  age: number,
  isExpired: boolean,
): ScoreKnowledge | undefined {
  const neighbour = list.neighbourOf(address, HIGH_SCORE);
  if (neighbour === undefined) return undefined;
  const { score, address: inheritedFrom } = neighbour;
  const max = isExpired ? 100 : score;
  return { min: score, max, listed: false, publishedAt: list.publishedAt, age, inheritedFrom };
}

/** Returns whether an IPv6 address that is not listed had no high score. */
function excludesHighScores({ scope }: ScoreList, isExpired: boolean): boolean {
  return !isExpired && scope.versions.includes(6) && scope.unlistedAtMost < HIGH_SCORE;
}

/** Returns what the blacklist among the feeds of a request proves about the score of an address. */
export function proveByBlacklist(
  feeds: RequestFeeds,
  address: Address,
  maxAge: number,
): ListProof | undefined {
  const state = feeds.find(FEED_ID);
  if (state.status === 'absent' || state.view.content !== 'scores') return undefined;
  const { publishedAt, scope } = state.pointer;
  if (publishedAt === undefined || scope === undefined) return undefined;
  const { view } = state;
  const list = {
    publishedAt,
    scope,
    scoreOf: (client: Address) => view.scoreOf(client),
    neighbourOf: (client: Address, minScore: number) => view.neighbourOf(client, minScore),
  };
  return proveScore(list, address, feeds.now, maxAge);
}
