import { BUILT_IN_FEEDS } from '../../../src/feeds/index.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import { readAddress } from '../../../src/signals/address/read.ts';
import type { Anonymizer } from '../../../src/signals/anonymizer.ts';
import type { NonPublicCause } from '../../../src/signals/causes.ts';
import type { FeedState } from '../../../src/signals/feeds/feed-snapshots.ts';
import type { Place } from '../../../src/signals/geo/place.ts';
import type { Network } from '../../../src/signals/network.ts';
import type { AbuseRecord, Reputation } from '../../../src/signals/reputation/reputation.ts';
import type { SignalName, SignalSources } from '../../../src/signals/request-signals.ts';
import { known, unknown } from '../../../src/signals/signal.ts';
import { exampleAddress } from '../given/example-address.ts';
import { type AnswerOf, GivenFeeds } from '../given/feeds.ts';
import type { GivenCauses } from '../given/given.ts';
import type { Facts, StatedFields } from './facts.ts';

/** The header from which the address is read if the case states none, but has a request of its own. */
export const ADDRESS_OPTIONS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };

const HOUR_MS = 3_600_000;

/** The signals of a case. */
export interface CaseSources {
  readonly sources: SignalSources;
  /** The variables that the policy has read and the case does not state, such as `abuse.tor`. */
  readonly unstated: ReadonlySet<string>;
}

/**
 * Returns sources with the signals that a case states. They record every signal and every field that the policy reads
 * and the case does not state: a case must not pass because of a value that nobody wrote down.
 */
export function caseSources(facts: Facts): CaseSources {
  const unstated = new Set<string>();
  /** Returns an object that has the stated fields, and records reads of all others. */
  const read = (variable: string, stated: StatedFields = {}) =>
    new Proxy({} as Record<string, unknown>, {
      get(_, field) {
        if (field in stated) return stated[String(field)] ?? undefined;
        unstated.add(`${variable}.${String(field)}`);
        return undefined;
      },
    });
  const { feeds } = facts;
  const stated = facts.known;
  const causes = onlyCauses(facts);
  const address = addressOf(facts, unstated);
  /** Returns why the address is not looked up. The example address counts as public. */
  const nonPublicCause = (other: Address): NonPublicCause | undefined => {
    const isExample = other === address && facts.address === undefined;
    return isExample || other.public ? undefined : other.cause;
  };
  const hasNetwork = stated.network !== undefined || causes.network !== undefined;
  const sources: SignalSources = {
    address({ headers }) {
      if (causes.address !== undefined) return unknown(causes.address);
      if (facts.address === undefined && facts.requestFile !== undefined) {
        return readAddress(headers, ADDRESS_OPTIONS);
      }
      return known(address);
    },
    feeds: () =>
      new CaseFeeds(hasNetwork, (id) => {
        const answer = causes.feeds ?? feeds?.named[id] ?? feeds?.others;
        if (answer === undefined) unstated.add(`address.within("${id}")`);
        return (answer ?? 'absent') as boolean | 'absent' | 'expired';
      }),
    geo(other) {
      if (causes.geo !== undefined) return unknown(causes.geo);
      const nonPublic = nonPublicCause(other);
      return nonPublic ? unknown(nonPublic) : known(read('geo', stated.geo) as Place);
    },
    network(other) {
      if (causes.network !== undefined) return unknown(causes.network);
      const nonPublic = nonPublicCause(other);
      return nonPublic ? unknown(nonPublic) : known(read('network', stated.network) as Network);
    },
    anonymizer(other) {
      const { anonymizer: cause } = causes;
      if (cause === 'private' || cause === 'reserved') return unknown(cause);
      const nonPublic = nonPublicCause(other);
      if (nonPublic) return unknown(nonPublic);
      if (cause === undefined) {
        return known(read('anonymizer', stated.anonymizer) as unknown as Anonymizer);
      }
      return known({ vpn: cause, tor: cause, proxy: cause, hosting: cause, relay: cause });
    },
    score: () => undefined,
    reputation({ address: other }) {
      if (causes.reputation !== undefined) return unknown(causes.reputation);
      const nonPublic = nonPublicCause(other);
      if (nonPublic) return unknown(nonPublic);
      return known(reputationOf(read('abuse', { ...stated.abuse, checkedAt: 0 })));
    },
  };
  return { sources, unstated };
}

const NETWORK_FEEDS: ReadonlySet<string> = new Set(
  BUILT_IN_FEEDS.flatMap(({ id, content }) => (content === 'networks' ? id : [])),
);

/** Feeds whose answers are stated. A feed of networks needs the network of the address, if the case states one. */
class CaseFeeds extends GivenFeeds {
  readonly #needsNetwork: boolean;

  constructor(needsNetwork: boolean, answerOf: AnswerOf) {
    super(answerOf);
    this.#needsNetwork = needsNetwork;
  }

  override find(id: string): FeedState {
    const state = super.find(id);
    if (!this.#needsNetwork || state.status !== 'ready' || !NETWORK_FEEDS.has(id)) return state;
    const { view } = state;
    const contains = view.content === 'ranges' && view.has(exampleAddress());
    return { ...state, view: { content: 'networks', has: () => contains } };
  }
}

/** A case has at most one cause for each signal. */
function onlyCauses({ causes }: Facts): GivenCauses {
  const single = Object.entries(causes).map(([name, [cause]]) => [name as SignalName, cause]);
  return Object.fromEntries(single) as GivenCauses;
}

/** Returns the address of a case. If it states none, the address is public, and reading it is recorded. */
function addressOf({ address, signed }: Facts, unstated: Set<string>): Address {
  const known = address ?? exampleAddress();
  return new Proxy(known, {
    get(target, field) {
      if (field === 'signed') {
        if (signed === undefined) unstated.add('address.signed');
        return signed === true ? true : undefined;
      }
      if (address === undefined) unstated.add('address');
      return Reflect.get(target, field);
    },
  });
}

/** @param abuse the fields of the variable `abuse`. */
function reputationOf(abuse: Readonly<Record<string, unknown>>): Reputation {
  return {
    record: abuse as unknown as AbuseRecord,
    source: 'abuseipdb',
    get stale() {
      return abuse.stale === true;
    },
    get age() {
      return Number(abuse.age_hours ?? 0) * HOUR_MS;
    },
    get inheritedFrom() {
      return abuse.inherited === true ? exampleAddress() : undefined;
    },
  };
}
