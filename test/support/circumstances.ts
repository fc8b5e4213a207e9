import type { AnonymizerField } from '../../app/src/feeds/model/feed.ts';
import type { Address } from '../../app/src/signals/address/address.ts';
import { parseAddress } from '../../app/src/signals/address/parse.ts';
import {
  type Anonymizer,
  type AnonymizerFieldCause,
  findAnonymizer,
} from '../../app/src/signals/anonymizer.ts';
import { UNKNOWN_CAUSES } from '../../app/src/signals/causes.ts';
import type { FeedAnswer } from '../../app/src/signals/feeds/feed-answers.ts';
import { type FeedState, NO_FEEDS } from '../../app/src/signals/feeds/feed-snapshots.ts';
import { NO_REQUEST_FEEDS, RequestFeeds } from '../../app/src/signals/feeds/request-feeds.ts';
import type { Place } from '../../app/src/signals/geo/database.ts';
import type { Network } from '../../app/src/signals/network.ts';
import type { AbuseRecord, Reputation } from '../../app/src/signals/reputation/reputation.ts';
import type { ScoreKnowledge } from '../../app/src/signals/reputation/score-knowledge.ts';
import {
  SIGNAL_NAMES,
  type SignalName,
  type SignalSources,
} from '../../app/src/signals/request-signals.ts';
import { known, unknown } from '../../app/src/signals/signal.ts';
import { requestFeeds } from './feeds/request-feeds.ts';

/** 10:30 UTC on a Monday. */
export const MONDAY_MORNING = Date.UTC(2026, 0, 5, 10, 30);

/** The signals and the time of a request. The default is a Sri Lankan address with score 0. */
export interface Circumstances {
  /** An address, or the cause why it is unknown. */
  readonly address?: string;
  /** A country, a place, or the cause why it is unknown. */
  readonly geo?: string | Place;
  /** A score, a record, or the cause why it is unknown. */
  readonly reputation?: number | string | Partial<AbuseRecord & Omit<Reputation, 'record'>>;
  /** A network, or the cause why it is unknown. @default AS64500 */
  readonly network?: string | Network;
  /** What is not false, or the cause why it is unknown. @default all false */
  readonly anonymizer?: string | Partial<Anonymizer>;
  /** The feeds that contain the address or are unknown, by id, or the cause why all are. @default none contains it */
  readonly feeds?: string | Readonly<Record<string, FeedAnswer>>;
  /** Milliseconds since the epoch. @default MONDAY_MORNING */
  readonly now?: number;
  /** What a list proves about the score. */
  readonly provenScore?: ScoreKnowledge;
  /** Whether the reputation is returned at once or as a promise. @default 'value' */
  readonly reputationAs?: 'value' | 'promise';
}

/** Every cause of every signal, as pairs. */
export const ALL_UNKNOWN_CAUSES: readonly (readonly [SignalName, string])[] = SIGNAL_NAMES.flatMap(
  (name) => UNKNOWN_CAUSES[name].map((cause) => [name, cause] as const),
);

/**
 * Returns sources with the signals of the circumstances.
 *
 * @param fetched receives the name of each signal that is fetched.
 */
export function signalSources(
  circumstances: Circumstances,
  fetched: SignalName[] = [],
): SignalSources {
  const { address = '205.210.31.51', geo = 'LK', reputation = 0 } = circumstances;
  const addressSignal = unknownSignal('address', address) ?? known(addressOf(String(address)));
  const geoSignal =
    unknownSignal('geo', geo) ?? known(typeof geo === 'string' ? { country: geo } : geo);
  const reputationSignal =
    unknownSignal('reputation', reputation) ?? known(reputationOf(reputation));
  return {
    ...feedSources(circumstances, fetched),
    address() {
      fetched.push('address');
      return addressSignal;
    },
    geo() {
      fetched.push('geo');
      return geoSignal;
    },
    score: () => circumstances.provenScore,
    reputation() {
      fetched.push('reputation');
      const isPromise = circumstances.reputationAs === 'promise';
      return isPromise ? Promise.resolve(reputationSignal) : reputationSignal;
    },
  };
}

/** Sources of a service without feeds and without a database of networks. */
export const NO_FEED_SOURCES = {
  feeds: () => NO_REQUEST_FEEDS,
  score: () => undefined,
  network: () => unknown('absent'),
  anonymizer: findAnonymizer,
} satisfies Partial<SignalSources>;

function feedSources(
  { network = { asn: 64500, organization: 'Example' }, anonymizer = {}, feeds = {} }: Circumstances,
  fetched: SignalName[],
): Pick<SignalSources, 'network' | 'anonymizer' | 'feeds'> {
  const networkSignal =
    unknownSignal('network', network) ?? known(typeof network === 'string' ? {} : network);
  return {
    network() {
      fetched.push('network');
      return networkSignal;
    },
    anonymizer() {
      fetched.push('anonymizer');
      return anonymizerSignal(anonymizer);
    },
    feeds: () =>
      new AskedFeeds((id) => {
        if (!fetched.includes('feeds')) fetched.push('feeds');
        return typeof feeds === 'string' ? feeds : (feeds[id] ?? false);
      }),
  };
}

/** Feeds that answer any question. */
class AskedFeeds extends RequestFeeds {
  readonly #answer: (id: string) => boolean | string;

  constructor(answer: (id: string) => boolean | string) {
    super(NO_FEEDS, 0);
    this.#answer = answer;
  }

  override find(id: string): FeedState {
    const answer = this.#answer(id);
    if (answer === 'absent') return { status: 'absent' };
    const view = { content: 'ranges' as const, has: () => answer === true };
    return requestFeeds([{ id, view, expired: answer === 'expired' }]).find(id);
  }
}

function anonymizerSignal(
  given: NonNullable<Circumstances['anonymizer']>,
): ReturnType<SignalSources['anonymizer']> {
  if (given === 'private' || given === 'reserved') return unknown(given);
  const answer = (field: AnonymizerField) =>
    typeof given === 'string' ? (given as AnonymizerFieldCause) : (given[field] ?? false);
  return known({
    vpn: answer('vpn'),
    tor: answer('tor'),
    proxy: answer('proxy'),
    hosting: answer('hosting'),
    relay: answer('relay'),
  });
}

/** Parses an address. */
export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not a valid address`);
  return address;
}

type Causes = typeof UNKNOWN_CAUSES;

function unknownSignal<Name extends SignalName>(name: Name, value: unknown) {
  const causes: readonly Causes[Name][number][] = UNKNOWN_CAUSES[name];
  const cause = causes.find((one) => one === value);
  return cause === undefined ? undefined : unknown(cause);
}

function reputationOf(value: NonNullable<Circumstances['reputation']>): Reputation {
  if (typeof value === 'string')
    throw new Error(`${value} is not a cause of an unknown reputation`);
  const {
    source = 'memory',
    stale = false,
    age = 0,
    inheritedFrom,
    ...record
  } = typeof value === 'number' ? { score: value } : value;
  return { record: { score: 0, checkedAt: 0, ...record }, inheritedFrom, source, stale, age };
}
