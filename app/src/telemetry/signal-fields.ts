import { type Address, lookupAddress } from '../signals/address/address.ts';
import type { FeedAnswers } from '../signals/feeds/feed-answers.ts';
import type { RequestSignals, SignalName } from '../signals/request-signals.ts';
import { shorten } from './shorten.ts';

/** Returns each signal that was fetched: its value with source and age, or why it is unknown. */
export function signalFields(
  signals: RequestSignals,
  formatAddress: (address: Address) => string,
): Record<SignalName, object | undefined> {
  const { address, geo, network, anonymizer, feeds, reputation } = signals;
  return {
    address:
      address &&
      (address.known ? addressFields(address.value, formatAddress) : { cause: address.cause }),
    geo:
      geo &&
      (geo.known
        ? { country: shorten(geo.value.country), asn: geo.value.asn }
        : { cause: geo.cause }),
    network:
      network &&
      (network.known
        ? { asn: network.value.asn, organization: shorten(network.value.organization) }
        : { cause: network.cause }),
    anonymizer: anonymizer && (anonymizer.known ? anonymizer.value : { cause: anonymizer.cause }),
    feeds: feeds && (feeds.known ? feedFields(feeds.value) : { cause: feeds.cause }),
    reputation:
      scoreFields(signals, formatAddress) ??
      (reputation &&
        (reputation.known
          ? {
              score: reputation.value.record.score,
              source: reputation.value.source,
              inherited_from: formatOptional(reputation.value.inheritedFrom, formatAddress),
              age_seconds: Math.round(reputation.value.age / 1000),
              stale: reputation.value.stale,
              cause: reputation.value.staleCause,
              held_back: reputation.heldBackBy,
              cache_error: reputation.cacheError,
              quota_remaining: reputation.value.quotaRemaining,
            }
          : {
              cause: reputation.cause,
              held_back: reputation.heldBackBy,
              cache_error: reputation.cacheError,
            })),
  };
}

/** Returns the score that a list has proved, if it decided; with `cause`, why a CHECK was not possible. */
function scoreFields(
  { usedProvenScore: proven, reputation }: RequestSignals,
  formatAddress: (address: Address) => string,
): object | undefined {
  if (proven === undefined) return undefined;
  const cause = reputation?.known === false ? reputation.cause : reputation?.value.staleCause;
  const isListed = proven.listed || proven.inheritedFrom !== undefined;
  // A spread of one of two objects instead takes a microsecond.
  return {
    // The score of an outdated list can only have risen.
    score: isListed ? proven.min : undefined,
    score_at_most: isListed ? undefined : proven.max,
    source: 'blacklist',
    inherited_from: formatOptional(proven.inheritedFrom, formatAddress),
    age_seconds: Math.round(proven.age / 1000),
    cause,
    held_back: reputation?.heldBackBy,
  };
}

function formatOptional(
  address: Address | undefined,
  formatAddress: (address: Address) => string,
): string | undefined {
  return address && formatAddress(address);
}

/** More feeds would take too many of the 200 fields that Logs Insights reads. */
const MAX_FEEDS = 16;

/** Returns the answers of the feeds that were asked: first those that contain the address. */
function feedFields({ asked }: FeedAnswers): object | undefined {
  if (asked.size === 0) return undefined;
  const answers = [...asked];
  const [matches, others] = [true, false].map((isMatch) =>
    answers.filter(([, answer]) => (answer === true) === isMatch),
  ) as [typeof answers, typeof answers];
  return Object.fromEntries([...matches, ...others].slice(0, MAX_FEEDS));
}

/** Returns the address as received, and the embedded IPv4 address if that was looked up instead. */
function addressFields(address: Address, formatAddress: (address: Address) => string): object {
  const lookedUp = address.public ? lookupAddress(address) : address;
  return {
    value: formatAddress(address),
    looked_up: lookedUp === address ? undefined : formatAddress(lookedUp),
    signed: address.signed,
  };
}
