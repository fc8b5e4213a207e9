import type { Address } from '../../app/src/signals/address/address.ts';
import type { NetworkCause } from '../../app/src/signals/causes.ts';
import type { RequestFeeds } from '../../app/src/signals/feeds/request-feeds.ts';
import type { Network } from '../../app/src/signals/network.ts';
import type { ScoreKnowledge } from '../../app/src/signals/reputation/score-knowledge.ts';
import { known, type Signal, unknown } from '../../app/src/signals/signal.ts';
import { MONDAY_MORNING } from '../support/circumstances.ts';
import { type FeedForTest, requestFeeds } from '../support/feeds/request-feeds.ts';

const BLACKLIST = 'abuseipdb-blacklist';
const NETWORKS = 'spamhaus-asn-drop';

/** The feeds that the policy of the fuzzers relies on. */
export const FUZZED_FEEDS = ['tor-exits', 'partners', NETWORKS, BLACKLIST];

/** Whether the feeds are loaded; in `mixed` some are, some are not, and some are expired. */
export const FEEDS_STATES = ['ready', 'expired', 'absent', 'mixed'] as const;
export type FeedsState = (typeof FEEDS_STATES)[number];

/** Returns the same pseudo-random number for the same address. */
export function numberOf({ value }: Address): number {
  return [...value].reduce((sum, character) => sum + character.charCodeAt(0), 0);
}

const isListed = (address: Address) => numberOf(address) % 3 === 0;
const ranges = { content: 'ranges', has: isListed } as const;
const statement = (field: 'tor' | 'vpn' | 'relay') => ({
  anonymizer: { field, completeFor: [4, 6] as const },
});

const FEEDS: readonly (FeedForTest & Required<Pick<FeedForTest, 'view'>>)[] = [
  { id: 'tor-exits', view: ranges, ...statement('tor') },
  { id: 'x4bnet-vpn', view: ranges, ...statement('vpn') },
  { id: 'apple-private-relay', view: ranges, ...statement('relay') },
  { id: 'partners', view: ranges },
  { id: NETWORKS, view: { content: 'networks', has: (asn) => asn % 2 === 1 } },
  {
    id: BLACKLIST,
    view: { content: 'scores', scoreOf: findListedScore, neighbourOf: () => undefined },
  },
];

const STATES: Readonly<Record<FeedsState, RequestFeeds>> = {
  ready: requestFeeds(FEEDS),
  expired: requestFeeds(FEEDS.map((feed) => ({ ...feed, expired: true }))),
  absent: requestFeeds(FEEDS.map((feed) => ({ ...feed, view: undefined }))),
  mixed: requestFeeds(
    FEEDS.map((feed, index) => {
      if (index % 3 === 0) return { ...feed, view: undefined };
      return { ...feed, expired: index % 3 === 1 };
    }),
  ),
};

export const requestFeedsIn = (state: FeedsState): RequestFeeds => STATES[state];

function findListedScore(address: Address): number | undefined {
  return isListed(address) ? 50 + (numberOf(address) % 51) : undefined;
}

/** Returns what the blacklist proves: an expired one only raises the score. */
export function proveFuzzedScore(
  address: Address,
  feeds: RequestFeeds,
): ScoreKnowledge | undefined {
  const { status } = feeds.find(BLACKLIST);
  const score = findListedScore(address);
  if (status === 'absent' || (status === 'expired' && score === undefined)) return undefined;
  const max = status === 'expired' ? 100 : (score ?? 49);
  const min = score ?? 0;
  return { min, max, listed: score !== undefined, publishedAt: MONDAY_MORNING, age: 0 };
}

/** Returns a network, one without an organization, or none. */
export function findFuzzedNetwork(address: Address): Signal<Network, NetworkCause> {
  if (!address.public) return unknown(address.cause);
  const number = numberOf(address);
  const asn = 64_500 + (number % 11);
  if (number % 5 === 0) return unknown('not-found');
  return known(number % 5 === 1 ? { asn } : { asn, organization: `Example Net ${number}` });
}
